"""Reads CloudFormation templates, YAML tags and all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

# A template is a tree of strings, lists and maps whose shape only CloudFormation's own schema could tell.
Template = dict[str, Any]

RESOURCES = Path(__file__).resolve().parent / "resources.yaml"


class _Loader(yaml.SafeLoader):
    """Safe YAML in which `!Sub x` is `{"Fn::Sub": "x"}`, as CloudFormation reads it."""


def _intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _intrinsic)


def read(path: Path) -> Template:
    """The template in the YAML file `path`, with every tag in its long form. Raises `yaml.YAMLError` if it is none."""
    template: Template = yaml.load(path.read_text(), Loader=_Loader)  # noqa: S506  a SafeLoader with one more rule
    return template
