"""Rendering of Liquid templates from callers: sandboxed, bounded in time and memory, and strict about missing values.

The language is Shopify's without `include`, `render` and `tablerow`: no template reads another one or a file. A value
is data: Liquid in it is not rendered. python-liquid has no limit of time; these limits keep a template to some 50 ms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from liquid import Environment

# A copy has at most 10,000 characters, of up to 4 bytes.
_MAX_BYTES: Final = 40_000
_MAX_TEXT: Final = 10_000
_MAX_LOOPS: Final = 100
_LEFT_OUT_TAGS: Final = ("include", "render", "tablerow")
# Filters that repeat a text: their result may have the product of both lengths.
_MULTIPLYING: Final = frozenset(("join", "replace"))
_MAX_PRODUCT: Final = 1_000_000
# The lexer takes quadratic time for a long run of spaces, and for a run of braces.
_LONG_SPACE: Final = re.compile(r"\s{50,}")
_BRACES: Final = "{{{"
_AROUND: Final = 30


class Rendered(NamedTuple):
    """The text, and what was looked up for it.

    missing: the names of the values that it lacks, in order. Their output statements stay in the text. read: the texts
    of the values that were there.
    """

    text: str
    missing: tuple[str, ...] = ()
    read: tuple[str, ...] = ()


class TemplateError(Exception):
    """The template cannot be rendered. `fault` says whether it is wrong or too large, the message why, in words."""

    def __init__(self, fault: Literal["syntax", "limit"], words: str) -> None:
        super().__init__(words)
        self.fault = fault


def render(source: str, values: Mapping[str, object]) -> Rendered:
    """Render a template with the values. Raises TemplateError. Takes up to some 50 ms: call it in a thread."""
    from liquid.exceptions import LiquidError, ResourceLimitError  # noqa: PLC0415 - heavy
    from liquid.output import LimitedStringIO  # noqa: PLC0415

    if _BRACES in source:
        raise TemplateError("syntax", f"{_BRACES} is not Liquid; write {{{{ name }}}}")
    try:
        engine = _engine()
        template = engine.environment.from_string(_LONG_SPACE.sub(" ", source))
        context = engine.context(template, globals=values)
        output = LimitedStringIO(_MAX_BYTES)
        template.render_with_context(context, output)
    except ResourceLimitError as error:
        raise TemplateError("limit", str(error.message)) from None
    except LiquidError as error:
        raise TemplateError("syntax", _words(error)) from None
    except Exception:  # noqa: BLE001 - dates and numbers of templates make the filters raise anything
        raise TemplateError("syntax", "cannot be rendered") from None
    return Rendered(output.getvalue(), tuple(dict.fromkeys(context.missing)), tuple(dict.fromkeys(context.read)))


class _Engine(NamedTuple):
    environment: Environment
    context: Any
    """The class of a render context that has `missing`, a list of names, and `read`, a list of values."""


@cache
def _engine() -> _Engine:
    """Build the environment once. The import takes 0.2 s."""
    from liquid import Environment, RenderContext  # noqa: PLC0415 - heavy
    from liquid.undefined import UNDEFINED, Undefined  # noqa: PLC0415
    from liquid.utils import ReadOnlyChainMap  # noqa: PLC0415

    class Missing(Undefined):
        """A value that is not there: false in a condition, empty in a loop, and noted where it would be written."""

        path = ""
        context: Any = None

        def __str__(self) -> str:
            if self.context is not None:
                self.context.missing.append(self.path)
            return f"{{{{ {self.path} }}}}"

    class Context(RenderContext):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.missing: list[str] = []
            self.read: list[str] = []
            # Without the engine's own `now` and `today`, which would hide that the item has no such value.
            self.scope = ReadOnlyChainMap(self.locals, self.globals, self.counters)

        def get(self, path: list[object], *, token: Any, default: object = UNDEFINED) -> object:
            value = super().get(path, token=token, default=default)
            if isinstance(value, Missing) and value.context is None:
                value.path, value.context = ".".join(map(str, path)), self
            self.read += (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))
            return value

    class Bounded(Environment):
        output_stream_limit = _MAX_BYTES
        local_namespace_limit = 10 * _MAX_BYTES
        loop_iteration_limit = _MAX_LOOPS

        def setup_tags_and_filters(self, *, extra: bool = False) -> None:
            super().setup_tags_and_filters(extra=extra)
            for tag in _LEFT_OUT_TAGS:
                del self.tags[tag]
            self.filters.update({name: _guarded(name, filter_) for name, filter_ in self.filters.items()})

    return _Engine(Bounded(undefined=Missing), Context)


def _guarded(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a filter: a missing value stays missing, as far as a `default`, and no text grows beyond a copy."""
    from liquid.exceptions import FilterValueError  # noqa: PLC0415 - heavy
    from liquid.undefined import is_undefined  # noqa: PLC0415

    @wraps(filter_)
    def guarded(value: Any, *args: Any, **kwargs: Any) -> Any:
        if name != "default":
            for one in (value, *args, *kwargs.values()):
                if is_undefined(one):
                    return one
        if name in _MULTIPLYING and _length(value) * max(map(_length, args), default=0) > _MAX_PRODUCT:
            raise FilterValueError(f"the filter {name!r} makes a text that is too long", token=None)
        result = filter_(value, *args, **kwargs)
        if _length(result) > _MAX_TEXT:
            raise FilterValueError(f"the filter {name!r} makes a text that is too long", token=None)
        return result

    return guarded


def _length(value: object) -> int:
    return len(value) if isinstance(value, str | list) else 1


def _words(error: Any) -> str:
    """Say what is wrong and where, on one line."""
    message, token = str(error.message), error.token
    if token is None or token.start_index < 0:
        return message
    near = " ".join(token.source[max(0, token.start_index - _AROUND // 3) :][:_AROUND].split())
    return f"{message}, near {near!r}" if near else message
