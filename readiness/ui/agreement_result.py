"""A revealed agreement exercise: how far people agree, what is confused with what, and the disputed records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from readiness.agreement import COHEN, GWET, KRIPPENDORFF, RAW_AGREEMENT, Measure, Scale, band_of
from readiness.audit.drawing import DrawnRecord
from readiness.errors import ConflictError, InputError, ReadinessError
from readiness.exports.figures import counted
from readiness.outcome.exercise import LONGEST_REASON, LONGEST_TEXT, Settlement, settlement_key
from readiness.outcome.exercise_result import (
    FEWEST_COMPARED,
    ExerciseResult,
    Judgment,
    PartAgreement,
    Reach,
    RecordAnswers,
    figure,
    reach,
    reach_sentence,
)
from readiness.project import Kind, agreeing
from readiness.shares import whole_percent
from readiness.ui import charts, round_form, session
from readiness.ui.acts import act, show_refusal
from readiness.ui.agreement_form import CANNOT_TELL, part_of, record_cells
from readiness.ui.page import Here
from readiness.ui.wording import moment, plain

MEASURE_PIXELS = 165  # two side by side on a phone
NOT_AGREED = "We do not agree about it"
_SHOWN_AS = {Reach.REACHED: st.success, Reach.BELOW: st.warning, Reach.TOO_FEW: st.info}
_INTERVALS = "The 95% intervals come from drawing the records again by lot 1,000 times (bootstrap)."
_HELP = {
    RAW_AGREEMENT: "How often two people give the same answer for one record. Chance alone gives some of it.",
    COHEN: "For two people: agreement beyond what their own habits would give by chance (Cohen 1960).",
    KRIPPENDORFF: "For any number of people, with gaps: agreement beyond chance (Krippendorff). It is held against "
    "what the project asks for.",
    GWET: "Agreement beyond chance that does not collapse where nearly all answers are one label (Gwet 2008).",
}


def revealed(here: Here, result: ExerciseResult) -> None:
    """One revealed exercise with everything that it says."""
    least = here.state.agreement.least
    where = reach(result, least)
    tested = here.diagnosis.ledger.tested
    is_latest = tested is not None and tested.latest.exercise.id == result.exercise.id
    sentence = tested.sentence if tested is not None and is_latest else reach_sentence(result, least)
    _SHOWN_AS[where](plain(sentence))
    _late(here, result)
    _measures(result)
    _parts(result.parts)
    if len(result.agreement.confused) > 1:  # of one pair the disputed records say all
        charts.confused_answers(result.agreement.confused, result.spellings, of=result.exercise.id)
    _about(result)
    if result.disputed:
        _disputes(here, result)
    elif result.is_comparable:
        st.markdown("No record is disputed.")
    _unclear(result)


def summary_line(result: ExerciseResult, least: float) -> dict[str, object]:
    """One exercise as a line of a table."""
    return {
        "Opened": moment(result.opened_at),
        "People": len(result.people),
        "Records": len(result.exercise.records),
        "Raw agreement": None if result.agreement.raw is None else result.agreement.raw * 100,
        "Alpha": result.alpha.value,
        "Result": reach(result, least).value,
        "Disputed": len(result.disputed),
        "Settled": len(result.disputed) - len(result.unsettled),
    }


def _late(here: Here, result: ExerciseResult) -> None:
    """What this window tapped too late."""
    round_ = next(one for one in here.state.rounds if one.id == result.exercise.id)
    round_form.not_in_the_round(round_, here.who, part_of(here, round_).fields)


def _measures(result: ExerciseResult) -> None:
    """The measures side by side, each with its interval, and what words conventions have for them."""
    found = [result.agreement.measure(name) for name in (RAW_AGREEMENT, COHEN, KRIPPENDORFF, GWET)]
    shown = [measure for measure in found if measure is not None]
    with st.container(horizontal=True, gap="medium"):
        for measure in shown:
            with st.container(width=MEASURE_PIXELS, gap="xsmall"):
                st.metric(measure.name, _value(measure), help=_HELP[measure.name])
                st.caption(plain(_interval(measure, result.agreement.compared_items)))
    if result.agreement.compared_items >= FEWEST_COMPARED:
        st.caption(plain(_bands(result)))


def _value(measure: Measure) -> str:
    if measure.value is None:
        return "not defined"
    return whole_percent(measure.value) if measure.name == RAW_AGREEMENT else figure(measure.value)


def _interval(measure: Measure, compared: int) -> str:
    if measure.value is None:
        return measure.why
    if measure.low is None or measure.high is None:
        return "no interval: too much alike" if compared >= FEWEST_COMPARED else "no interval: too few records"
    write = whole_percent if measure.name == RAW_AGREEMENT else figure
    return f"95% interval {write(measure.low)} to {write(measure.high)}"


def _bands(result: ExerciseResult) -> str:
    alpha = result.alpha.value
    if alpha is None:
        return _INTERVALS
    kappa = result.agreement.measure(COHEN)
    value, name = (alpha, "alpha") if kappa is None or kappa.value is None else (kappa.value, "kappa")
    return (
        f"In words: {band_of(alpha, Scale.KRIPPENDORFF)} ({Scale.KRIPPENDORFF}, for alpha); "
        f"{band_of(value)} ({Scale.LANDIS_KOCH}, for {name}). Both scales are conventions and follow from no theory. "
        f"{_INTERVALS}"
    )


def _parts(parts: Sequence[PartAgreement]) -> None:
    if not parts:
        return
    lines = [
        {
            "": part.name,
            "Records": part.records,
            "Raw agreement": "not known" if part.raw is None else whole_percent(part.raw),
            "Krippendorff's alpha": _of_part(part),
        }
        for part in parts
    ]
    st.dataframe(pd.DataFrame(lines), hide_index=True, width="stretch", alt="Agreement on clean records and edge cases")


def _of_part(part: PartAgreement) -> str:
    if part.alpha is None:
        return f"too few records to tell ({part.compared} compared, {FEWEST_COMPARED} needed)"
    if part.alpha.value is None:
        return part.alpha.why
    if part.alpha.low is None or part.alpha.high is None:
        return figure(part.alpha.value)
    return f"{figure(part.alpha.value)} ({figure(part.alpha.low)} to {figure(part.alpha.high)})"


def _about(result: ExerciseResult) -> None:
    exercise = result.exercise
    gaps = sum(one.answer is None for one in result.judgments)
    told = f" {CANNOT_TELL}: {counted(gaps, 'answer')}, in none of the figures." if gaps else ""
    st.caption(
        plain(
            f"Exercise of {moment(result.opened_at)}, revealed by {result.revealed_by or 'somebody'}: "
            f"{', '.join(result.people)}. {exercise.draw_sentence} Edge cases are drawn more often than they occur, so "
            f"the figures speak of these records and not of the volume. Draw {exercise.seed} of {exercise.sample_name}."
            f"{told}"
        )
    )


def _unclear(result: ExerciseResult) -> None:
    if result.unclear:
        lines = [f"{one.record} ({', '.join(one.cannot_tell)})" for one in result.unclear]
        st.caption(plain(f"Not disputed, but somebody could not tell: record {', '.join(lines)}."))


# --- the disputed records ---------------------------------------------------------------------------------------------


def _disputes(here: Here, result: ExerciseResult) -> None:
    left = len(result.unsettled)
    st.markdown(f"#### {counted(len(result.disputed), 'disputed record')}" + (f", {left} to settle" if left else ""))
    lines = [
        {
            "Record": one.record,
            "Tier": one.tier,
            "Answers": "; ".join(f"{answer}: {', '.join(who)}" for answer, who in _sides(result, one)),
            "Settled": _settled_as(result.settlements.get(one.record)),
        }
        for one in result.disputed
    ]
    config = {"Record": st.column_config.NumberColumn(width=70), "Answers": st.column_config.TextColumn(width="large")}
    st.dataframe(
        pd.DataFrame(lines), hide_index=True, width="stretch", column_config=config, alt="The disputed records"
    )
    _settling(here, result)


def _settling(here: Here, result: ExerciseResult) -> None:
    """One disputed record at a time, with its answers side by side and what the group says about it."""
    key = f"{result.exercise.id}/settling"
    disputed = {one.record: one for one in result.disputed}
    if st.session_state.get(key) not in disputed:
        st.session_state[key] = next(iter(result.unsettled or tuple(disputed)))
    # The browser knows a choice by how it is written: what is written must not change when the record is settled.
    number = st.selectbox("Talk about record", list(disputed), key=key, format_func="Record {}".format)
    try:
        records: Mapping[int, DrawnRecord] = agreeing.records_at_hand(here.projects, here.state.id, result.exercise)
    except ReadinessError as error:
        records = {}
        st.caption(plain(str(error)))
    left, right = st.columns([1, 1], gap="large")
    with left:
        if number in records:
            with st.container(border=True, gap="xsmall"):
                record_cells(result.exercise, records[number])
        output = agreeing.output_of(result.exercise, records.get(number), number)
        if output:
            with st.container(border=True, gap="xsmall"):
                st.markdown("**The output**")
                st.text(output)
    with right:
        for answer, who in _sides(result, disputed[number]):
            st.markdown(f"**{plain(answer)}**  \n{plain(', '.join(who))}")
        _settle(here, result, number)


def _settle(here: Here, result: ExerciseResult, number: int) -> None:
    exercise, place = result.exercise, f"{result.exercise.id}/settle/{number}"
    version = here.state.version_of(Kind.SETTLEMENT, settlement_key(exercise.id, number))
    _seed(place, result.settlements.get(number), version, bool(exercise.choices))
    with st.form(f"{place}/form", border=False, enter_to_submit=False):
        if exercise.choices:
            st.selectbox(
                "What the group says", [*exercise.choices, NOT_AGREED], index=None, key=f"{place}/answer",
                placeholder="Choose the agreed answer",
            )  # fmt: skip
        else:
            st.text_input(
                "The agreed output", key=f"{place}/answer", max_chars=LONGEST_TEXT,
                placeholder=f"Empty: {NOT_AGREED[:1].lower()}{NOT_AGREED[1:]}",
            )  # fmt: skip
        st.text_area("Because", key=f"{place}/reason", height=80, max_chars=LONGEST_REASON)
        st.form_submit_button("Settle this record", type="primary", on_click=_settled, args=(here, result, number))
    show_refusal(place)


def _settled(here: Here, result: ExerciseResult, number: int) -> None:
    """Save what was said; the next record that is not settled is talked about then."""
    place, exercise = f"{result.exercise.id}/settle/{number}", result.exercise
    typed = str(st.session_state[f"{place}/answer"] or "").strip()
    version = int(st.session_state[f"{place}/version"])

    def settle() -> str:
        if exercise.choices and not typed:
            raise InputError(f"Record {number}: choose what the group says. {NOT_AGREED} is an answer, too.")
        answer = None if typed in ("", NOT_AGREED) else typed
        try:
            agreeing.settle(
                here.projects,
                here.state.id,
                exercise.id,
                number,
                answer,
                str(st.session_state[f"{place}/reason"] or ""),
                version=version,
                who=session.who(),
            )
        except ConflictError as conflict:
            st.session_state[f"{place}/version"] = conflict.current_version
            theirs = conflict.theirs.get("answer") or NOT_AGREED
            raise InputError(
                f"{conflict.by or 'Somebody'} settled record {number} meanwhile: {theirs}. Nothing was overwritten; "
                "settle it again to replace that."
            ) from conflict
        following = [one for one in result.unsettled if one != number]
        if following:
            st.session_state[f"{exercise.id}/settling"] = following[0]
        return f"Record {number} is settled." if answer is not None else f"Record {number} stays open, with the reason."

    act(place, settle)


def _seed(place: str, settlement: Settlement | None, version: int, chosen: bool) -> None:
    """What is settled stands in the fields; what is typed against somebody else's newer version stays typed."""
    if f"{place}/version" in st.session_state and f"{place}/answer" in st.session_state:
        return
    st.session_state[f"{place}/version"] = version
    st.session_state[f"{place}/reason"] = settlement.reason if settlement else ""
    kept = settlement.answer if settlement else None
    nothing = (NOT_AGREED if settlement else None) if chosen else ""
    st.session_state[f"{place}/answer"] = kept if kept is not None else nothing


def _sides(result: ExerciseResult, one: RecordAnswers) -> list[tuple[str, list[str]]]:
    """Answer as shown -> who gave it, the most frequent first, "I cannot tell" last."""
    sides: dict[str, list[str]] = {}
    for judgment in one.judgments:
        sides.setdefault(_shown(result, judgment), []).append(judgment.participant)
    return list(sides.items())


def _shown(result: ExerciseResult, judgment: Judgment) -> str:
    return CANNOT_TELL if judgment.answer is None else result.spelling(judgment.answer)


def _settled_as(settlement: Settlement | None) -> str:
    if settlement is None:
        return ""
    return f"{settlement.answer or NOT_AGREED}: {settlement.reason}"
