import re
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_each_advisory_that_is_left_out_has_its_last_day_and_a_reason():
    for line in (ROOT / "deploy" / "advisories.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        found = re.fullmatch(r"(GHSA|PYSEC|CVE)-[\w-]+ (\d{4}-\d\d-\d\d) \w.{10,}", line)
        assert found, line
        date.fromisoformat(found[2])
