"""Does a contrastive, adversarial or denoising objective make a better text classifier? One engine, one table, one verdict each.

This is the one import of users (`run`, `plan`, `report`, `load_results`, `compare`, `check`, `verify`, `list_methods`, ...) and of method
authors (`Method`, `Objective`, `FineTune`, ...). A name is loaded when it is first used, so that importing the package takes milliseconds
and does not load torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmark.cli.keyword_options import ReportOptions as ReportOptions
    from benchmark.cli.keyword_options import RunOptions as RunOptions
    from benchmark.cli.keyword_options import SourceOptions as SourceOptions
    from benchmark.cli.listing import list_encoders as list_encoders
    from benchmark.cli.listing import list_methods as list_methods
    from benchmark.cli.listing import list_noise as list_noise
    from benchmark.cli.listing import list_profiles as list_profiles
    from benchmark.cli.listing import list_suites as list_suites
    from benchmark.cli.listing import list_tables as list_tables
    from benchmark.cli.listing import list_tasks as list_tasks
    from benchmark.cli.python_api import check as check
    from benchmark.cli.python_api import compare as compare
    from benchmark.cli.python_api import compare_with_reference as compare_with_reference
    from benchmark.cli.python_api import load_results as load_results
    from benchmark.cli.python_api import plan as plan
    from benchmark.cli.python_api import plan_stages as plan_stages
    from benchmark.cli.python_api import report as report
    from benchmark.cli.python_api import run as run
    from benchmark.cli.python_api import verify as verify
    from benchmark.cli.results_frame import ResultsFrame as ResultsFrame
    from benchmark.cli.shown_plan import ShownPlan as ShownPlan
    from benchmark.config.task import SplitNames as SplitNames
    from benchmark.config.task import TaskConfig as TaskConfig
    from benchmark.config.task import register_task as register_task
    from benchmark.contract.encoder_variant import SECOND_ENCODER as SECOND_ENCODER
    from benchmark.contract.encoder_variant import SECOND_HEAD as SECOND_HEAD
    from benchmark.contract.encoder_variant import EncoderVariant as EncoderVariant
    from benchmark.contract.feed import Batch as Batch
    from benchmark.contract.feed import Feed as Feed
    from benchmark.contract.method import Family as Family
    from benchmark.contract.method import Method as Method
    from benchmark.contract.method import bounded as bounded
    from benchmark.contract.method import searchable as searchable
    from benchmark.contract.objective import ModuleFactory as ModuleFactory
    from benchmark.contract.objective import Objective as Objective
    from benchmark.contract.objective import Term as Term
    from benchmark.contract.phase import Context as Context
    from benchmark.contract.phase import Phase as Phase
    from benchmark.contract.phase import TrainingData as TrainingData
    from benchmark.contract.predictor import Predictor as Predictor
    from benchmark.contract.predictor import Scores as Scores
    from benchmark.contract.state import State as State
    from benchmark.contract.step import PhaseScope as PhaseScope
    from benchmark.contract.step import Step as Step
    from benchmark.contract.task_info import Cost as Cost
    from benchmark.contract.task_info import TaskInfo as TaskInfo
    from benchmark.data.examples import Examples as Examples
    from benchmark.data.examples import content_ids as content_ids
    from benchmark.data.noise.kind import Draw as Draw
    from benchmark.data.noise.kind import Edited as Edited
    from benchmark.data.noise.registry import KINDS as noise_kinds  # noqa: F401 - the public name
    from benchmark.data.synthetic import embedded_data as embedded_data
    from benchmark.errors import UserError as UserError
    from benchmark.models.bert import FIRST_POSITION as FIRST_POSITION
    from benchmark.models.bert import attend as attend
    from benchmark.models.bert import feed_forward as feed_forward
    from benchmark.models.dropout import dropout as dropout
    from benchmark.models.mlm_head import VocabularyHead as VocabularyHead
    from benchmark.models.reinitialisation import reinitialise_top_layers as reinitialise_top_layers
    from benchmark.models.unpadding import Unpadding as Unpadding
    from benchmark.plugins.registry import methods as methods
    from benchmark.records.alarms import INERT_ATTACK as INERT_ATTACK
    from benchmark.records.alarms import INERT_TERM as INERT_TERM
    from benchmark.records.frame import report_tables as report_tables
    from benchmark.records.spec import Budget as Budget
    from benchmark.streams import Streams as Streams
    from benchmark.training.fine_tune import FineTune as FineTune
    from benchmark.training.gradient_phase import LossPart as LossPart
    from benchmark.training.gradient_phase import Pretrain as Pretrain
    from benchmark.training.labelled_feed import Labelled as Labelled
    from benchmark.training.linear_probe import LinearProbe as LinearProbe
    from benchmark.training.losses.cross_entropy import CrossEntropy as CrossEntropy
    from benchmark.training.losses.weighted import Weighted as Weighted
    from benchmark.training.prediction import represent as represent
    from benchmark.training.sampling import reshuffled as reshuffled
    from benchmark.training.schedule import Schedule as Schedule
    from benchmark.version import VERSION as __version__  # noqa: F401 - the public name

# Public name -> where it is defined; `module:name` where the two names differ. A test holds this to the imports above.
_DEFINED_IN = {
    "__version__": "version:VERSION",
    "embedded_data": "data.synthetic",
    "VocabularyHead": "models.mlm_head",
    "noise_kinds": "data.noise.registry:KINDS",
    **dict.fromkeys(("check", "compare", "load_results", "plan", "report", "run", "verify"), "cli.python_api"),
    **dict.fromkeys(("compare_with_reference", "plan_stages"), "cli.python_api"),
    **dict.fromkeys(("list_encoders", "list_methods", "list_noise", "list_profiles"), "cli.listing"),
    **dict.fromkeys(("list_suites", "list_tables", "list_tasks"), "cli.listing"),
    **dict.fromkeys(("ReportOptions", "RunOptions", "SourceOptions"), "cli.keyword_options"),
    "ResultsFrame": "cli.results_frame",
    "ShownPlan": "cli.shown_plan",
    **dict.fromkeys(("Family", "Method", "bounded", "searchable"), "contract.method"),
    **dict.fromkeys(("Context", "Phase", "TrainingData"), "contract.phase"),
    **dict.fromkeys(("ModuleFactory", "Objective", "Term"), "contract.objective"),
    **dict.fromkeys(("SECOND_ENCODER", "SECOND_HEAD", "EncoderVariant"), "contract.encoder_variant"),
    **dict.fromkeys(("Batch", "Feed"), "contract.feed"),
    **dict.fromkeys(("Cost", "TaskInfo"), "contract.task_info"),
    **dict.fromkeys(("Predictor", "Scores"), "contract.predictor"),
    **dict.fromkeys(("SplitNames", "TaskConfig", "register_task"), "config.task"),
    **dict.fromkeys(("FIRST_POSITION", "attend", "feed_forward"), "models.bert"),
    **dict.fromkeys(("LossPart", "Pretrain"), "training.gradient_phase"),
    "State": "contract.state",
    **dict.fromkeys(("PhaseScope", "Step"), "contract.step"),
    **dict.fromkeys(("Examples", "content_ids"), "data.examples"),
    **dict.fromkeys(("Draw", "Edited"), "data.noise.kind"),
    "report_tables": "records.frame",
    "UserError": "errors",
    "dropout": "models.dropout",
    "reinitialise_top_layers": "models.reinitialisation",
    "Unpadding": "models.unpadding",
    "methods": "plugins.registry",
    **dict.fromkeys(("INERT_ATTACK", "INERT_TERM"), "records.alarms"),
    "Budget": "records.spec",
    "Streams": "streams",
    "FineTune": "training.fine_tune",
    "Labelled": "training.labelled_feed",
    "LinearProbe": "training.linear_probe",
    "CrossEntropy": "training.losses.cross_entropy",
    "Weighted": "training.losses.weighted",
    "represent": "training.prediction",
    "reshuffled": "training.sampling",
    "Schedule": "training.schedule",
}
__all__ = sorted(_DEFINED_IN)


def __getattr__(name: str) -> Any:
    """Load a public name on its first use (PEP 562)."""
    if name not in _DEFINED_IN:
        raise AttributeError(f"module 'benchmark' has no attribute {name!r}")
    module, _, attribute = _DEFINED_IN[name].partition(":")
    value = getattr(importlib.import_module(f"benchmark.{module}"), attribute or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
