"""The decision brief as JSON, for programs: docs/brief.schema.json says what each part means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from readiness.diagnosis.fix_plan import PlannedStep
from readiness.diagnosis.ledger import Evidence
from readiness.diagnosis.questions import QuestionResult, Reply
from readiness.diagnosis.value_inputs import ValueInput
from readiness.diagnosis.votes import Tally
from readiness.exports.briefs.content import Decision
from readiness.exports.canonical_json import plain
from readiness.outcome import ownership
from readiness.outcome.authority import standing
from readiness.outcome.definition import all_metrics
from readiness.ranges import Percentiles

FORMAT = "readiness-brief/1"


def brief_dict(decision: Decision, *, fingerprint: str, signatures: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """The brief in JSON's own types. `dated` is the one part that differs from day to day.

    `fingerprint` is that of the brief as a document, and `signatures` are those that name it.
    """
    facts, diagnosis = decision.facts, decision.diagnosis
    content = {
        "format": FORMAT,
        "dated": decision.issued_at.date() if decision.issued_at else None,
        "project": decision.project_name,
        "stage": facts.workflow.stage,
        "verdict": diagnosis.verdict,
        "rule": diagnosis.rule,
        "reasons": diagnosis.reasons,
        "primary": diagnosis.primary,
        "also_found": diagnosis.also_found,
        "changes": decision.changes,
        "questions": [_question(decision, one) for one in diagnosis.questions],
        "stop_rules": _stop_rules(decision),
        "stop_inputs": decision.stop_inputs.model_dump(),
        "evidence": [_evidence(one) for one in diagnosis.ledger.entries],
        "evidence_hash": diagnosis.ledger.hash,
        "contradictions": _contradictions(decision),
        "plan": [_step(one) for one in decision.steps],
        "sample": _sample(decision),
        "data": _data(decision),
        "scope": _scope(decision),
        "value": _value(decision),
        "outcome": _outcome(decision),
        "owner": _owner(decision),
        "closing": dict(decision.closing) if decision.stopped else {},
        "fingerprint": fingerprint,
        "signatures": signatures,
    }
    return {name: plain(part) for name, part in content.items()}


def _question(decision: Decision, result: QuestionResult) -> dict[str, Any]:
    answer = result.answer
    return {
        "mode": result.mode,
        "question": decision.catalog.of(result.mode).question.at(decision.facts.workflow.stage),
        "suggestion": {
            "reply": result.suggestion.reply,
            "because": result.suggestion.because,
            "for": [entry.id for entry in result.suggestion.speaks_for],
            "against": [entry.id for entry in result.suggestion.speaks_against],
        },
        "answer": answer.reply if answer else None,
        "reason": answer.reason.strip() if answer else "",
        "against_evidence": result.against_evidence,
        "counts_as": result.reply,
        "votes": _votes(decision.votes_on(result.mode)),
    }


def _votes(tally: Tally | None) -> dict[str, Any] | None:
    """Counts and reasons without anybody's name; None where nobody voted."""
    if tally is None:
        return None
    return {str(reply): {"count": tally.count(reply), "reasons": tally.reasons(reply)} for reply in Reply}


def _stop_rules(decision: Decision) -> list[dict[str, Any]]:
    return [
        {
            "id": one.rule,
            "name": decision.catalog.stop_rule(str(one.rule)).name,
            "state": one.state,
            "because": one.because,
            "margin": one.margin,
            "unit": one.unit,
        }
        for one in decision.diagnosis.stop_rules
    ]


def _evidence(entry: Evidence) -> dict[str, Any]:
    return {
        "id": entry.id,
        "topic": entry.topic,
        "finding": entry.finding,
        "decides": entry.decides,
        "statement": entry.statement,
        "value": entry.value,
        "low": entry.low,
        "high": entry.high,
        "unit": entry.unit,
        "source": entry.source,
        "reference": entry.reference,
        "observed_at": entry.observed_at,
        "stale": entry.stale,
        "place": entry.place.words,
    }


def _contradictions(decision: Decision) -> list[dict[str, Any]]:
    return [
        {"id": one.id, "severity": one.severity, "sentence": one.sentence, "place": one.place.words}
        for one in decision.diagnosis.contradictions
    ]


def _step(planned: PlannedStep) -> dict[str, Any]:
    return {
        "id": planned.step.id,
        "mode": planned.mode,
        "step": planned.step.step,
        "who": planned.task.owner.strip(),
        "until": planned.task.due_on,
        "status": planned.status,
        "because": planned.because,
        "place": planned.place.words,
    }


def _sample(decision: Decision) -> dict[str, Any] | None:
    report, facts = decision.facts.report, decision.facts
    if report is None:
        return None
    return {
        "name": report.reading.name,
        "sha256": report.reading.sha256,
        "records": report.records,
        "read_at": facts.sample_read_at,
        "audited_at": facts.audited_at,
        "origin": facts.sample_origin,
        "from": facts.sample_from,
        "to": facts.sample_to,
    }


def _data(decision: Decision) -> dict[str, Any] | None:
    report, effect, decisions = decision.facts.report, decision.ledger.effect, decision.facts.decisions
    if report is None:
        return None
    return {
        "clean": _share(report.clean),
        "tiers": [{"tier": one.tier, "count": one.records, **_interval(one)} for one in report.tiers],
        "edge_cases": [
            {
                "id": one.id,
                "title": one.title,
                "tier": one.tier,
                "count": one.records,
                **_interval(one),
                "decision": decisions[one.id].handling if one.id in decisions else None,
            }
            for one in report.edge_cases
        ],
        "handling": None
        if effect is None
        else {route: _share(getattr(effect, route)) for route in ("automatic", "review", "rejected", "undecided")},
    }


def _share(of: Any) -> dict[str, Any]:
    return {"count": of.count, **_interval(of)}


def _interval(of: Any) -> dict[str, float]:
    return {"share": of.share, "low": of.low, "high": of.high}


def _scope(decision: Decision) -> dict[str, Any]:
    total, plan = decision.ledger.total, decision.facts.plan
    simulated = total.simulated
    return {
        "person_days": _percentiles(simulated.days if simulated else None),
        "weeks": _percentiles(simulated.weeks if simulated else None),
        "cost": _percentiles(simulated.cost if simulated else None),
        "run_cost_year": _percentiles(simulated.run_cost_year if simulated else None),
        "currency": plan.currency,
        "planned_days": plan.planned_days,
        "ratio_p50": total.ratio_p50,
        "ratio_p80": total.ratio_p80,
        "estimated": total.estimated,
        "not_needed": total.not_needed,
        "unknown": total.unknown,
    }


def _percentiles(of: Percentiles | None) -> dict[str, float] | None:
    return None if of is None else {name: getattr(of, name) for name in ("p10", "p50", "p80", "p90", "mean")}


def _value(decision: Decision) -> dict[str, Any] | None:
    """The simulated value; None while the team has stated nothing for it."""
    value = decision.ledger.value
    if not value.started:
        return None
    against = value.simulated.against if value.simulated else None
    payback = against.payback if against else None
    return {
        "currency": value.currency,
        "horizon_months": value.horizon_months,
        "month": _percentiles(value.simulated.monthly if value.simulated else None),
        "net": _percentiles(against.net if against else None),
        "covers_cost": value.probability,
        "covers_cost_at_most": value.most_probability,
        "payback_months": None if payback is None else {n: getattr(payback, n) for n in ("p10", "p50", "p90")},
        "inputs": [_input(one) for one in value.inputs],
        "missing": value.missing,
    }


def _input(one: ValueInput) -> dict[str, Any]:
    of = one.range
    return {
        "id": one.id,
        "label": one.label,
        "low": of.low if of else None,
        "likely": of.likely if of else None,
        "high": of.high if of else None,
        "unit": one.unit,
        "source": one.source,
    }


def _outcome(decision: Decision) -> dict[str, Any]:
    defined = decision.facts.outcome
    return {
        "metrics": [
            {
                "metric": one.metric,
                "unit": one.unit,
                "direction": one.direction,
                "target": one.target,
                "tolerance_low": one.tolerance_low,
                "tolerance_high": one.tolerance_high,
                "today": one.baseline_value,
            }
            for one in all_metrics(defined)
        ],
        "correct_output": defined.correct_output,
        "wrong_output_cost": defined.wrong_output_cost,
        "currency": defined.currency,
        "by_hand": {
            "cost": defined.baseline_cost,
            "error_share": defined.baseline_error_rate,
            "delay_days": defined.baseline_delay_days,
        },
        "signed_by": _signed_by(decision),
    }


def _signed_by(decision: Decision) -> Sequence[dict[str, Any]]:
    return [
        {"name": one.name, "role": one.role, "signed_at": one.signed_at} for one in decision.ledger.valid_signatures
    ]


def _owner(decision: Decision) -> dict[str, Any]:
    facts, owned = decision.facts, decision.facts.ownership
    return {
        "name": owned.owner.strip(),
        "role": owned.role.strip(),
        "owns_metric": owned.owns_metric,
        "review_every_days": owned.review_every_days,
        "first_review": owned.first_review,
        "authority": standing(facts.outcome, owned, facts.confirmation),
        "rehearsal_on": owned.rehearsal_on,
        "missing": ownership.missing_parts(owned),
    }
