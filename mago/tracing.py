"""Traces for OpenTelemetry, where an operator asks for them; otherwise nothing is imported and nothing costs.

The packages are an extra (`pip install mago[tracing]`), as most installations need none of them.
A span holds the name of the route and never a path or an address: those may hold links that work once.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]

_tracers: list[Any] = []


def start(service: str) -> None:
    """From now on this process sends its spans to OTEL_EXPORTER_OTLP_ENDPOINT, if that is set."""
    if not settings.TRACES_ENDPOINT or _tracers:
        return
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ImproperlyConfigured(
            f"OTEL_EXPORTER_OTLP_ENDPOINT is set and {error.name} is missing. Install mago[tracing]."
        ) from None
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    _tracers.append(trace.get_tracer("mago"))


@contextmanager
def span(name: str, *, parent: Environ | None = None, **attributes: Any) -> Iterator[Any]:
    """What happens inside is one span, under the span that the caller's headers name; None without tracing."""
    if not _tracers:
        yield None
        return
    from opentelemetry.propagate import extract
    from opentelemetry.trace import SpanKind

    carrier = {"traceparent": parent["HTTP_TRACEPARENT"]} if parent and "HTTP_TRACEPARENT" in parent else {}  # fmt: skip
    kind = SpanKind.SERVER if parent is not None else SpanKind.CONSUMER
    with _tracers[0].start_as_current_span(
        name, context=extract(carrier), kind=kind, attributes=attributes
    ) as current:
        yield current


def around(application: Wsgi) -> Wsgi:
    """The application, with a span around each request; itself where nobody traces."""
    if not _tracers:
        return application

    def traced(environ: Environ, start_response: Any) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        with span(method, parent=environ, **{"http.request.method": method}) as current:

            def started(status: str, headers: Any, *rest: Any) -> Any:
                route = environ.get("mago.route", "")
                current.update_name(f"{method} {route}".rstrip())
                current.set_attribute("http.route", route)
                current.set_attribute("http.response.status_code", int(status[:3]))
                named = {name.lower(): value for name, value in headers}
                current.set_attribute("mago.request_id", named.get("x-request-id", ""))
                return start_response(status, headers, *rest)

            return application(environ, started)

    return traced
