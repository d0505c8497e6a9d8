"""Knobs of the ingress against the places and the patience of the deployments: checked before anything is served."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from deployments.errors import Misconfigured
from serve_app.flow.knobs import AdmissionKnobs, IngressKnobs


def check_places(admission: AdmissionKnobs, ingress_places: int, stage_places: Mapping[str, int]) -> None:
    """Raise Misconfigured when the gate would let in, or let wait, more than there are places for."""
    if admission.most_calls > ingress_places:
        raise Misconfigured(
            f"user_config of Ingress: admission.max_in_flight={admission.max_in_flight}, twice "
            f"admission.max_waiting={admission.max_waiting} and admission.max_watches={admission.max_watches} exceed "
            f"scaling.ingress.max_ongoing_requests={ingress_places}: requests would wait in Serve's proxy, which knows "
            "neither priority nor time budget"
        )
    for stage, places in stage_places.items():
        if admission.max_in_flight > places:
            raise Misconfigured(
                f"user_config of Ingress: admission.max_in_flight={admission.max_in_flight} exceeds the {places} "
                f"places of scaling.{stage} for one ingress replica (max_queued_requests, and a share of min_replicas "
                f"x max_ongoing_requests): the {stage} would refuse what the ingress has let in"
            )


def check_stages(knobs: IngressKnobs, inline: Collection[str]) -> None:
    """Raise Misconfigured for knobs of a stage that does not run in the ingress replica. inline: the keys that do."""
    for key in knobs.stages:
        if key not in inline:
            raise Misconfigured(
                f"user_config of Ingress: stages.{key}: of the stages in the ingress replica (`placement: inline`), "
                f"{', '.join(sorted(inline)) or 'none'}, no one is called so; a deployment has its own user_config"
            )


def check_growth(admission: AdmissionKnobs, growth_points: Mapping[str, float]) -> None:
    """Raise Misconfigured when the gate is full before a stage grows: it would shed what more replicas could serve.

    growth_points: by stage, see `GraphScaling`.
    """
    for stage, calls in growth_points.items():
        if admission.max_in_flight <= calls:
            raise Misconfigured(
                f"user_config of Ingress: admission.max_in_flight={admission.max_in_flight} is not above the {calls:g} "
                f"calls of one ingress replica at which scaling.{stage} grows (target_ongoing_requests x "
                "min_replicas): the gate would refuse requests before the autoscaler sees them"
            )


def check_drain(knobs: IngressKnobs, drain_s: Mapping[str, float]) -> None:
    """Raise Misconfigured when a replica that is stopped would not finish its longest call.

    drain_s: by stage, and for the ingress, which holds batches.
    """
    for key, seconds in drain_s.items():
        longest = {"limits.max_time_budget_ms": knobs.limits.max_time_budget_ms / 1000}
        if key == "ingress":
            longest["admission.max_batch_s"] = knobs.admission.max_batch_s
        for name, needed_s in longest.items():
            if needed_s > seconds:
                raise Misconfigured(
                    f"user_config of Ingress: {name} allows {needed_s:g} s, more than scaling.{key}."
                    f"graceful_shutdown_timeout_s={seconds:g}: a replica that is stopped would lose requests"
                )
