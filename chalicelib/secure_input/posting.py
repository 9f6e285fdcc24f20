"""Posts messages to consumers over HTTPS, each as often as may help and time allows, several at the same time.

An HTTP status says what may help: none, 429 and those from 500 on are tried again, any other but success is final. Each
post of one delivery has the same `Idempotency-Key`, so a consumer that took it and could not say so takes it once.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chalicelib.clock import Clock, Deadline
from chalicelib.errors import Unavailable
from chalicelib.secure_input.consumer import Consumer, Delivery

if TYPE_CHECKING:
    from chalicelib.outbound import Site

PAUSES_SECONDS = (0.2, 0.6)
"""Between one round of posts and the next."""
POST_SECONDS = 2.0
"""For one post, so that one that hangs leaves time for another."""
_LARGEST_ANSWER = 16 * 1024
_TOO_MANY, _SERVER_ERRORS = 429, 500
_MOST_AT_ONCE = 16


@dataclass(frozen=True)
class Post:
    """`address` is an https:// URL; `signing_key` None: not signed."""

    consumer: str
    address: str
    content_type: str
    message: str = field(repr=False)
    delivery: Delivery
    signing_key: bytes | None = field(default=None, repr=False)


class Taken(Enum):
    """What became of a post."""

    YES = "taken"
    NO = "refused"
    NOT_YET = "no answer"


class Posting:
    """Keeps a pool of connections for each host."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sites: dict[str, Site] = {}

    def prepare(self, consumers: Iterable[Consumer]) -> None:
        """Load what posting to these needs, before anybody waits for it; nothing is sent."""
        for consumer in consumers:
            if consumer.posted:
                self._site(consumer.deliver)

    def post(self, posts: Sequence[Post], deadline: Deadline, taken: Callable[[Post], None]) -> Mapping[str, Taken]:
        """What became of each, by consumer; after each round `taken` is called for each that a consumer took."""
        outcome = {post.consumer: Taken.NOT_YET for post in posts}
        for pause in (*PAUSES_SECONDS, None):
            waiting = [post for post in posts if outcome[post.consumer] is Taken.NOT_YET]
            for post, became in zip(waiting, self._round(waiting, deadline), strict=True):
                outcome[post.consumer] = became
                if became is Taken.YES:
                    taken(post)
            if pause is None or Taken.NOT_YET not in outcome.values() or deadline.remaining() <= pause:
                break
            self._clock.sleep(pause)
        return outcome

    def _round(self, posts: Sequence[Post], deadline: Deadline) -> list[Taken]:
        sites = [self._site(post.address) for post in posts]
        if len(posts) <= 1:
            return [self._posted(site, post, deadline) for site, post in zip(sites, posts, strict=True)]
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(min(len(posts), _MOST_AT_ONCE)) as threads:
            return list(threads.map(self._posted, sites, posts, [deadline] * len(posts)))

    def _site(self, address: str) -> Site:
        origin = f"https://{urlsplit(address).netloc}"
        if origin not in self._sites:
            from chalicelib.outbound import Site  # with the roots to trust: not for those who only open

            self._sites[origin] = Site(origin)
        return self._sites[origin]

    def _posted(self, site: Site, post: Post, deadline: Deadline) -> Taken:
        try:
            reply = site.request(
                "POST",
                urlsplit(post.address).path or "/",
                deadline.at_most(POST_SECONDS),
                body=post.message.encode(),
                headers=headers(post, int(self._clock.now())),
                largest_body=_LARGEST_ANSWER,
            )
        except Unavailable:
            return Taken.NOT_YET
        if reply.status == _TOO_MANY or reply.status >= _SERVER_ERRORS:
            return Taken.NOT_YET
        return Taken.YES if reply.status // 100 == 2 else Taken.NO


def headers(post: Post, at: int) -> dict[str, str]:
    """What goes with a message that is posted at `at` (seconds since the epoch)."""
    named = {
        "Content-Type": post.content_type,
        "Idempotency-Key": post.delivery.id,
        "Countersign-Consumer": post.consumer,
        "Countersign-Contact": post.delivery.contact,
        "Countersign-Kind": post.delivery.kind,
    }
    if post.signing_key is not None:
        named["Countersign-Signature"] = f"t={at},v1={signature(post, post.signing_key, at)}"
    return named


def signature(post: Post, key: bytes, at: int) -> str:
    """HMAC-SHA-256 in small hex letters, over the time, what the headers say, and the body, a line each."""
    delivery = post.delivery
    signed = (str(at), delivery.id, post.consumer, delivery.contact, delivery.kind, post.message)
    return hmac.new(key, "\n".join(signed).encode(), hashlib.sha256).hexdigest()
