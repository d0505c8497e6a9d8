"""Images by URL before the captioner: what is fetched, what is left out, and what the error of a missing one is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, InvalidInput, StageUnavailable, UnsupportedField
from deployments.fakes import FakeCaptioner
from deployments.images import ImageLimits
from deployments.types import CaptionResult, Image, Item, RefusedPicture
from serve_app.flow.intake import Intake
from serve_app.flow.knobs import AdmissionKnobs, IngressKnobs, LimitKnobs
from serve_app.flow.metrics import NoMetrics
from serve_app.flow.pictures import FetchingCaptioner, refusal, url_violations
from tests.picture_host import PictureHost, answer
from tests.unit.deployments.pictures import REAL, png_claiming

PNG, JPEG = REAL["PNG"], REAL["JPEG"]


class Watching(FakeCaptioner):
    """Keeps the items that it is asked about, and refuses the pictures that it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[Item] = []
        self.refuses: tuple[RefusedPicture, ...] = ()
        self.on_call: Callable[[], object] = lambda: None

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        self.items.append(item)
        self.on_call()
        return (await super().caption(item, call)).model_copy(update={"refused": self.refuses})

    @property
    def data(self) -> list[bytes | None]:
        return [image.data for image in self.items[-1].images]


class Outcomes(NoMetrics):
    def __init__(self) -> None:
        self.fetches: list[str] = []

    def fetched(self, outcome: str, wall_ms: float) -> None:
        self.fetches.append(outcome)


class Setup:
    """A fetching captioner over a watched one, and the host that it fetches from."""

    def __init__(self, host: PictureHost) -> None:
        self.host, self.inner, self.metrics = host, Watching(), Outcomes()
        self.intake = Intake(IngressKnobs, self.metrics)
        self.captioner = FetchingCaptioner(self.inner, self.intake, self.metrics, host.resolve)
        self.take()

    def take(self, limits: ImageLimits | None = None, **knobs: Any) -> None:
        images = LimitKnobs(images=limits or ImageLimits())
        self.captioner.reconfigure(IngressKnobs(images_by_url=self.host.knobs(**knobs), limits=images))

    async def caption(self, *images: Any, budget_s: float = 10, **fields: Any) -> CaptionResult:
        made = [{"url": self.host.url(each)} if isinstance(each, str) else each for each in images]
        item = Item.model_validate({"title": "Tea", "images": made, **fields})
        return await self.captioner.caption(item, Call(Deadline.after(budget_s)))


@pytest.fixture
async def setup() -> AsyncIterator[Setup]:
    answers = {"/a.png": answer(PNG), "/b.jpg": answer(JPEG), "/gone": answer(b"", status="404 Not Found")}
    async with PictureHost(answers).serving() as host:
        yield Setup(host)


async def test_the_captioner_gets_the_bytes_and_sees_no_url(setup: Setup) -> None:
    result = await setup.caption("/a.png", {"data": JPEG, "alt_text": "x"}, "/b.jpg")
    assert setup.inner.data == [PNG, JPEG, JPEG]
    assert [image.url for image in setup.inner.items[0].images] == [None] * 3
    assert result.refused == ()


async def test_the_alternative_text_stays_with_or_without_the_picture(setup: Setup) -> None:
    urls = [setup.host.url(path) for path in ("/a.png", "/gone")]
    await setup.caption(*({"url": url, "alt_text": f"text {n}"} for n, url in enumerate(urls)))
    assert [(image.data, image.alt_text) for image in setup.inner.items[0].images] == [
        (PNG, "text 0"),
        (None, "text 1"),
    ]


async def test_an_item_without_urls_is_passed_on_as_it_is(setup: Setup) -> None:
    await setup.caption({"data": PNG})
    assert setup.host.requests == []
    assert setup.inner.data == [PNG]


async def test_the_content_decides_the_digest_wherever_it_came_from(setup: Setup) -> None:
    """The caption cache knows pictures by their digest, which must not be that of the image before it was fetched."""
    item = Item.model_validate({"images": [{"data": JPEG}, {"url": setup.host.url("/a.png")}]})
    before = item.pictures_digest()
    await setup.captioner.caption(item, Call(Deadline.after(10)))
    inline = Item(images=(Image(data=JPEG), Image(data=PNG)))
    assert setup.inner.items[0].pictures_digest() == inline.pictures_digest() != before
    assert "digest" in setup.inner.items[0].images[1].__dict__  # made in a thread, before the captioner is chosen by it


async def test_a_url_that_stands_twice_is_fetched_once_and_again_from_memory(setup: Setup) -> None:
    await setup.caption("/a.png", "/a.png")
    await setup.caption("/a.png")
    assert setup.host.paths == ["/a.png"]
    assert setup.metrics.fetches == ["fetched", "cached"]
    setup.take(cache_mib=0)
    await setup.caption("/a.png")
    await setup.caption("/a.png")
    assert setup.host.paths == ["/a.png"] * 3


async def test_fetched_bytes_count_with_those_that_were_sent(setup: Setup) -> None:
    held: list[int] = []
    setup.inner.on_call = lambda: held.append(setup.intake.bytes)
    await setup.caption("/a.png", "/b.jpg")
    room = AdmissionKnobs().max_held_mib * 2**20
    with setup.intake.hold() as others:
        others.add(room - len(PNG))
        result = await setup.caption("/a.png", "/b.jpg")
    assert setup.inner.data.count(None) == 1
    assert [picture.retryable for picture in result.refused] == [True]
    assert held[0] == len(PNG) + len(JPEG)
    assert setup.intake.bytes == 0


async def test_pictures_are_fetched_side_by_side(setup: Setup) -> None:
    arrived = asyncio.Barrier(8)

    async def together(writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(5):
            await arrived.wait()
        writer.write(answer(PNG))

    setup.host.answers = {f"/{n}": together for n in range(8)}
    assert (await setup.caption(*setup.host.answers)).refused == ()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>", "known format"),
        (b"<html>sign in</html>", "known format"),
        (b"", "is empty"),
        (png_claiming(50_000, 50_000), "more pixels"),
        (b"\x1f\x8b\x08\x00 gzip", "known format"),
        (b"x" * 2000, "more bytes than this service's limit of 1000"),
    ],
)
async def test_what_is_no_picture_is_left_out_and_named(setup: Setup, body: bytes, words: str) -> None:
    setup.take(ImageLimits(max_image_bytes=1000))
    setup.host.answers["/x"] = answer(body, "Content-Type: image/png")
    result = await setup.caption({"data": REAL["GIF"]}, "/x")
    assert setup.inner.data == [REAL["GIF"], None]
    (refused,) = result.refused
    assert (refused.field, refused.retryable) == ("item.images[1].url", False)
    assert words in refused.reason


async def test_a_slow_host_costs_its_own_picture_and_half_of_the_time(setup: Setup) -> None:
    async def silent(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3600)

    setup.host.answers["/slow"] = silent
    call = Call(Deadline.after(1.0))
    item = Item.model_validate({"images": [{"url": setup.host.url(path)} for path in ("/slow", "/a.png")]})
    result = await setup.captioner.caption(item, call)
    assert setup.inner.data == [None, PNG]
    assert [(p.field, p.retryable) for p in result.refused] == [("item.images[0].url", True)]
    assert call.deadline.remaining_s() > 0
    assert setup.metrics.fetches.count("time") == 1


async def test_the_setting_bounds_the_time_too(setup: Setup) -> None:
    async def silent(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3600)

    setup.host.answers["/slow"] = silent
    setup.take(timeout_s=0.1)
    async with asyncio.timeout(5):
        assert (await setup.caption("/slow", budget_s=60)).refused[0].retryable


async def test_nothing_is_fetched_once_the_time_is_spent(setup: Setup) -> None:
    with pytest.raises(DeadlineExceeded):
        await setup.caption("/a.png", budget_s=0)
    assert setup.host.requests == []


async def test_a_picture_that_the_captioner_refuses_has_the_name_of_its_field_in_the_request(setup: Setup) -> None:
    setup.inner.refuses = tuple(RefusedPicture(field=f"item.images[{n}].data", reason="is damaged") for n in (0, 1))
    result = await setup.caption("/a.png", {"data": JPEG})
    assert [picture.field for picture in result.refused] == ["item.images[0].url", "item.images[1].data"]


async def test_what_was_turned_off_since_the_check_is_not_fetched(setup: Setup) -> None:
    setup.captioner.reconfigure(IngressKnobs())
    assert "images_by_url" in (await setup.caption("/a.png")).refused[0].reason
    setup.take(hosts=["other.test"])
    assert "images_by_url.hosts" in (await setup.caption("/a.png")).refused[0].reason
    assert setup.host.requests == []


async def test_a_caller_who_leaves_ends_the_fetches(setup: Setup) -> None:
    asked = asyncio.Event()

    async def silent(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await writer.drain()
        await asyncio.sleep(3600)

    setup.host.answers["/slow"] = silent
    before = asyncio.all_tasks()
    task = asyncio.create_task(setup.caption("/slow"))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert setup.inner.items == []
    ours = {each for each in asyncio.all_tasks() - before if "_serve" not in repr(each)}
    assert ours == set()


def test_urls_are_refused_by_name_where_they_are_off() -> None:
    item = Item(images=(Image(data=PNG), Image(url="https://a.test/")))
    with pytest.raises(UnsupportedField) as caught:
        url_violations(item, None)
    (violation,) = caught.value.violations
    assert violation.field == "item.images[1].url"
    assert "images_by_url" in violation.description


def test_a_url_that_is_never_fetched_is_refused_by_name() -> None:
    knobs = PictureHost({}).knobs(ports=[443], allow_http=False)
    item = Item(images=(Image(url="https://pictures.test/a"), Image(url="https://u:p@pictures.test/a")))
    (violation,) = url_violations(item, knobs)
    assert violation.field == "item.images[1].url"
    assert "u:p" not in violation.description


def test_the_error_of_missing_pictures_says_whether_another_try_may_help() -> None:
    slow = RefusedPicture(field="item.images[0].url", reason="was not fetched in time", retryable=True)
    gone = RefusedPicture(field="item.images[1].url", reason="is answered with HTTP status 404")
    assert isinstance(refusal([slow]), StageUnavailable)
    assert "item.images[0].url: was not fetched in time" in refusal([slow]).message
    both = refusal([slow, gone])
    assert isinstance(both, InvalidInput)
    assert [violation.field for violation in both.violations] == [slow.field, gone.field]
