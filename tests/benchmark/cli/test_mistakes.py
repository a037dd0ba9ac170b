"""Every mistake of a user exits with 2 and a message that helps: what was given, what is allowed, what to do."""

from __future__ import annotations

import pytest

SMOKE = "run --suite glue-fewshot --profile smoke"
MISTAKES = {
    "run --suite glue-fewshto": "glue-fewshot",
    "run --suite no/such.toml": "no/such.toml",
    "run --suite glue-fewshot --profile smok": "smoke",
    "run --suite glue-fewshot --methods nope": "cat",
    "run --suite glue-fewshot --tasks sst3": "sst2",
    f"{SMOKE} --shots -3": "-3",
    f"{SMOKE} --shots many": "16/class",
    f"{SMOKE} --shots 99999999": "99999999",
    f"{SMOKE} --seeds none": "3-7",
    f"{SMOKE} --seeds 7-3": "7-3",
    f"{SMOKE} --splits 0": "0",
    f"{SMOKE} --protocol fair": "honest",
    f"{SMOKE} --unlabelled some": "pool",
    f"{SMOKE} --sampler pk:8": "pk:",
    f"{SMOKE} --noise label-flip:7": "label-flip",
    f"{SMOKE} --noise label-flop:0.1": "label-flip",
    f"{SMOKE} --noise label-flip": "label-flip",
    f"{SMOKE} --set scl.temperature=-1": "temperature",
    f"{SMOKE} --set scl.temprature=1": "temperature",
    f"{SMOKE} --set temperature": "METHOD.PARAM=VALUE",
    f"{SMOKE} --precision fp8": "bf16",
    f"{SMOKE} --threads 0": "0",
    f"{SMOKE} --workers 0": "0",
    f"{SMOKE} --device tpu": "Allowed: cpu, cuda or cuda:N.",
    f"{SMOKE} --encoder no-such-encoder": "no-such-encoder",
    f"{SMOKE} --plugin no/such/file.py": "no/such/file.py",
    f"{SMOKE} --task-file mine=no/such.csv": "no/such.csv",
    f"{SMOKE} --task-file mine": "NAME=PATH",
    f"{SMOKE} --cache-limit much": "much",
    "run --suite glue-fewshot --profile laptop --data-root no/such/folder": "no/such/folder",
    "run --suite glue-fewshot --profile embedded --data-root .": "laptop",
    "show deadbeef --results .": "deadbeef",
    "show deadbeef --results no/such/folder": "no/such/folder",
    "export --results no/such/folder --format csv": "no/such/folder",
    "export --results . --format xml": "parquet",
    "check nope": "cat",
    "compare": "compare was given no folder.",
    "compare one": "compare was given one folder.",
    "compare one other --calibration 4": "compare was given --calibration without --against.",
    "compare one other --seeds 2 --submit out": "compare was given --seeds, --submit without --against.",
    "list colours": "methods",
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_exits_with_2_and_says_what_to_do(bench, line):
    outcome = bench(*line.split())
    said = outcome.err + outcome.out
    assert outcome.code == 2, said
    assert MISTAKES[line] in said
    assert "Traceback" not in said
    assert len(said.strip()) >= 20
