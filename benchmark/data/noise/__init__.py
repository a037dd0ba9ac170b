"""Noise on labels and texts, each kind with an audit of what it did. Importing this loads neither torch nor transformers."""

from benchmark.data.noise.apply import apply_noise
from benchmark.data.noise.kind import NoiseKind
from benchmark.data.noise.noise_audit import NoiseAudit, PartAudit
from benchmark.data.noise.notation import check_noise, format_noise, parse_noise
from benchmark.data.noise.registry import KINDS

__all__ = ["KINDS", "NoiseAudit", "NoiseKind", "PartAudit", "apply_noise", "check_noise", "format_noise", "parse_noise"]
