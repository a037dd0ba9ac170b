"""Suites, profiles and encoders: what ships is sound, and a mistake is told with its file, its line and what was meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmark.config.toml_files import encoder_names, listing, load_encoder, load_profile, load_suite, profile_names, suite_names
from benchmark.errors import UserError
from benchmark.plugins.registry import build, methods

SUITES = ["glue-fewshot", "glue-full", "glue-noise", "imbalance", "intent", "label-noise", "study", "three-phase", "variance"]
GOOD = 'tasks = ["sst2"]\narms = ["ce"]\n'


@pytest.fixture
def suite(tmp_path: Path):  # type: ignore[no-untyped-def]
    def load(text: str):  # type: ignore[no-untyped-def]
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return load_suite(path)

    return load


def test_the_promised_suites_and_profiles_ship() -> None:
    assert suite_names() == SUITES
    assert {"smoke", "embedded", "laptop", "paper-base", "paper"} <= set(profile_names())


@pytest.mark.parametrize("name", SUITES)
def test_the_arms_of_a_shipped_suite_can_be_built(name: str) -> None:
    for arm in load_suite(name).arms:
        build(arm.method, arm.params)


def test_every_method_of_the_papers_stands_in_the_main_grid() -> None:
    arms = {arm.name for arm in load_suite("glue-fewshot").arms}
    assert arms == {"ce", "ce-null", "ce-matched", "tfidf", "scl", "scl-only", "cat", "dae-cl-joint", "three-phase"}
    assert arms <= set(methods.names())


@pytest.mark.parametrize("name", profile_names())
def test_a_shipped_profile_names_an_encoder_that_ships(name: str) -> None:
    profile = load_profile(name)
    encoder = load_encoder(profile.encoder)
    assert profile.title
    assert profile.stand_in == (profile.data == "embedded")
    assert profile.compute.threads == 1
    assert encoder.random is None or profile.stand_in


@pytest.mark.parametrize("name", encoder_names())
def test_a_shipped_encoder_is_pinned(name: str) -> None:
    encoder = load_encoder(name)
    assert encoder.random is not None or encoder.commit is not None
    assert encoder.pretrained_on
    assert encoder.random is not None or encoder.licence


def test_the_default_encoder_is_pinned_by_its_weights() -> None:
    assert load_encoder("all-minilm-l6-v2").weights == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def test_a_profile_affords_the_shots_that_it_lists_or_its_own() -> None:
    assert load_profile("laptop").affordable(("20", "100", "1000")) == ("20", "100")
    assert load_profile("smoke").affordable(("20", "100", "1000")) == ("8",)
    assert load_profile("paper-base").affordable(("50%",)) == ("50%",)


def test_listings_tell_name_title_and_place() -> None:
    for kind in ("suites", "profiles", "encoders"):
        for row in listing(kind):
            assert row.summary
            assert row.origin.endswith(f"{kind}/{row.name}.toml:1")
            assert row.error == ""


def test_short_and_long_forms_mean_the_same(suite) -> None:  # type: ignore[no-untyped-def]
    short = suite(GOOD + 'noise = ["label-flip:0.2"]\n')
    long = suite('tasks = ["sst2"]\narms = [{ name = "ce", method = "ce" }]\n[[noise]]\nkind = "label-flip"\nlevel = 0.2\n')
    assert short == long
    assert short.name == "mine"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sead = 3\n", r"mine\.toml: unknown key 'sead'\. Did you mean 'seeds'"),
        ('seeds = "many"\n', r"mine\.toml: seeds = 'many'"),
        ("seeds = 0\n", r"mine\.toml: seeds = 0"),
        ('shots = ["20",\n "-3"]\n', r"mine\.toml: shots\.1 = '-3'.*16/class"),
        ("shots = [20]\n", None),
        ('noise = ["label-flip:7"]\n', r"mine\.toml: noise\.0.*takes a level from"),
        ('noise = ["label-flip"]\n', r"mine\.toml: noise\.0"),
        ("noise = [3]\n", r"mine\.toml: noise\.0"),
        ('sampler = "pk:8,1"\n', r"mine\.toml: sampler = 'pk:8,1'"),
        ('baseline = "cee"\n', r"mine\.toml: .*'cee' is no arm"),
        ('protocol = "paperr"\n', r"mine\.toml: protocol = 'paperr'.*'honest' or 'paper'"),
        ("clean = false\n", r"clean = false leaves no cell"),
        ("[imbalance]\nratios = [10]\nlargst = 4\n", r"mine\.toml: unknown key 'imbalance\.largst'\. Did you mean 'largest'"),
        ("[imbalance]\nratios = [1]\n", r"mine\.toml: imbalance\.ratios"),
        ("x = [1\n", r"mine\.toml: not valid TOML: Unclosed array"),
        ("x = = 1\n", r"mine\.toml: not valid TOML: .*\(at line 3"),
    ],
)
def test_a_mistake_is_reported_with_its_file_its_key_and_what_was_meant(text: str, told: str | None, suite) -> None:  # type: ignore[no-untyped-def]
    if told is None:
        assert suite(GOOD + text).shots == ("20",)
        return
    with pytest.raises(UserError) as error:
        suite(GOOD + text)
    assert re.search(told, str(error.value)), str(error.value)


def test_a_mistake_inside_an_arm_has_the_path_of_its_key(suite) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UserError, match=r"mine\.toml: unknown key 'arms\.1\.parms'\. Did you mean 'params'"):
        suite('tasks = ["sst2"]\narms = [\n  "ce",\n  { name = "x", method = "scl", parms = {} },\n]\n')


def test_two_arms_of_one_name_are_refused(suite) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UserError, match="two arms share a name: ce"):
        suite('tasks = ["sst2"]\narms = ["ce", "ce"]\n')


def test_all_mistakes_are_reported_at_once(suite) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UserError) as error:
        suite('sead = 1\nshots = ["x"]\n')
    assert len(str(error.value.given).splitlines()) == 4  # two wrong keys, and tasks and arms are missing


def test_a_file_that_changed_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text(GOOD)
    assert load_suite(path).seeds is None
    path.write_text(GOOD + "seeds = 12\n")
    assert load_suite(path).seeds == 12


@pytest.mark.parametrize(("given", "told"), [("glue-fewshto", "Did you mean 'glue-fewshot'"), ("no/such.toml", "does not exist")])
def test_an_unknown_suite_is_a_user_error(given: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        load_suite(given)


def test_a_folder_is_an_encoder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    encoder = load_encoder(tmp_path)
    assert (encoder.folder, encoder.hub, encoder.weights) == (tmp_path, None, None)


@pytest.mark.parametrize("given", ["", ".", ".."])
def test_a_folder_without_a_config_is_no_encoder(given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "inside").mkdir()
    monkeypatch.chdir(tmp_path / "inside")
    with pytest.raises(UserError, match=r"holds no encoder: it has no config\.json"):
        load_encoder(given)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("steps = { all = 3, twenty = 4 }", "numbers of training examples, and all"),
        ('steps = { all = "3 epoch s" }', "3 epochs"),
        ('steps = { "20" = 3 }', 'no key "all"'),
        ("steps = { all = 3 }\nlr_encoder = -1.0", "greater than 0"),
    ],
)
def test_a_mistake_in_training_constants_is_told(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "e.toml"
    rates = "" if "lr_encoder" in text else "lr_encoder = 1e-4\n"
    path.write_text(f'hub = "a/b"\n[constants]\nlr_head = 1e-3\n{rates}{text}\n')
    with pytest.raises(UserError, match=re.escape(told)):
        load_encoder(path)
