"""CVSS vectors: what the specifications' examples come to, and what is none."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admincenter.security import cvss

# First's examples: v3.1 user guide; v4.0 specification and its calculator.
KNOWN = {
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H": ("9.8", "critical"),
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N": ("6.1", "medium"),
    "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N": ("0.0", "none"),
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:U": ("7.8", "high"),
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H": ("10.0", "critical"),
    # CVE-2021-44714, CVE-2020-3549 and CVE-2023-3089 of its examples, the latter two also with what is known and where it is.
    "CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N": ("4.6", "medium"),
    "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N": ("7.7", "high"),
    "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U": ("5.2", "medium"),
    "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N": ("8.3", "high"),
    "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N/CR:H/IR:L/AR:L/MAV:N/MAC:H/MVC:H/MVI:L/MVA:L": (
        "8.1",
        "high",
    ),
    "CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N": ("1.0", "low"),
}


def test_known_vectors_come_to_their_scores() -> None:
    found = {vector: cvss.rate(vector) for vector in KNOWN}
    assert {v: (str(one.score), one.severity) for v, one in found.items()} == KNOWN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CVSS:4.0/",
        "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:2.0/AV:N/AC:L/Au:N/C:N/I:N/A:C",
        "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
        "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/",
        "CVSS:3.1/AV:n/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/ZZ:1",
        "CVSS:4.0/" + "AV:N/" * 200,
    ],
)
def test_what_is_no_vector_is_refused(text: str) -> None:
    with pytest.raises(cvss.BadVector):
        cvss.rate(text)


@given(st.text(max_size=80), st.sampled_from(["CVSS:4.0/", "CVSS:3.1/", ""]))
def test_no_text_is_more_than_refused(rest: str, head: str) -> None:
    with contextlib.suppress(cvss.BadVector):
        assert 0 <= cvss.rate(head + rest).score <= 10


@pytest.mark.parametrize("version", cvss.VERSIONS)
def test_whatever_the_calculator_offers_is_a_vector(version: str) -> None:
    worst = {one.key: one.values[0][0] for one in cvss.METRICS[version]}
    mildest = {one.key: one.values[-1][0] for one in cvss.METRICS[version]}
    for chosen in (worst, mildest):
        rated = cvss.rate(cvss.compose(version, chosen))
        assert cvss.metrics_in(rated.vector) == chosen


def test_of_a_base_vector_it_is_the_base_score() -> None:
    """The formula of the environmental score gives 6.9 here, and 6.8 is what First's calculator says."""
    base = "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:C/C:H/I:H/A:H"
    assert str(cvss.rate(base).score) == "6.8"
    assert str(cvss.rate(f"{base}/RL:O").score) == "6.5"
    assert str(cvss.rate(f"{base}/CR:M").score) == "6.9"
