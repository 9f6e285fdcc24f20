"""What a Lambda function does once, before its first call: load what its own method needs, and nothing else.

Lambda names the function that it is about to serve in `_HANDLER` ("app.voice"). Loading here instead of in the first
call matters because a small function has a whole processor only while it starts. The garbage collector is off
meanwhile: nothing that an import makes is garbage, and looking for it costs a sixth of the start.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping

from chalicelib.errors import Unavailable


def prepare(handler: str, preparations: Mapping[str, Callable[[], object]]) -> None:
    """Run the preparation of the function that `handler` names; a handler that has none needs none.

    What cannot be reached now is tried again by the first call, which knows how to fail.
    """
    preparation = preparations.get(handler.rpartition(".")[2])
    if preparation is None:
        return
    gc.disable()
    try:
        preparation()
    except Unavailable:
        pass
    finally:
        gc.freeze()
        gc.enable()
