"""Peer: text classification with the transformers Trainer, as a well-known GLUE script does it when no option is given.

Texts are padded to 128 tokens, everything runs in float32, and the evaluation batch has 8 rows. Learning rates, schedule, order of the
rows and pooling are those of the run it is compared with, so that both learn the same thing. Nothing is saved: that would only cost time.

    python stock_trainer.py JOB.json ANSWER.json
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from speed import job
from torch import nn
from transformers import AutoModel, AutoTokenizer, Trainer, TrainingArguments, get_linear_schedule_with_warmup


@dataclass(frozen=True)
class Style:
    """What is a matter of the script and not of the task.

    Args:
        padding: `max_length` (128 tokens) or `longest` (of each batch).
        bf16: mixed precision in place of float32.
        evaluation_batch: rows scored at once.
    """

    padding: str = "max_length"
    bf16: bool = False
    evaluation_batch: int = 8


class Classifier(nn.Module):
    """An encoder, the mean over its tokens, and a linear layer: the model of the run it is compared with."""

    def __init__(self, folder: str, classes: int) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(folder)
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(self.encoder.config.hidden_size, classes)

    def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any = None, labels: Any = None) -> dict[str, torch.Tensor]:
        """Logits [B, K], and the loss where labels are given."""
        segments = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask, **segments).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        logits = self.head(self.dropout((hidden * mask).sum(1) / mask.sum(1)))
        found = {"logits": logits}
        return found if labels is None else {"loss": nn.functional.cross_entropy(logits, labels), **found}


def main(style: Style) -> None:
    """Load, train, score, and answer with the predictions and the time of each part."""
    told = job.read()
    torch.set_num_threads(told["threads"])
    torch.manual_seed(told["seed"])
    tokenizer = AutoTokenizer.from_pretrained(told["encoder"])
    model = Classifier(told["encoder"], told["classes"])
    train, test = _rows(told["train"], tokenizer, style).select(told["order"]), _rows(told["test"], tokenizer, style)
    optimizer = _optimizer(model, told)
    schedule = get_linear_schedule_with_warmup(optimizer, round(told["warmup"] * told["steps"]), told["steps"])
    trainer = Trainer(
        model=model,
        args=_arguments(told, style),
        train_dataset=train,
        processing_class=tokenizer,
        optimizers=(optimizer, schedule),
    )
    began = time.perf_counter()
    trainer.train()
    trained = time.perf_counter()
    scores = trainer.predict(test).predictions
    scored = time.perf_counter()
    job.answer(
        predictions=np.argmax(scores, axis=1).tolist(),
        train_seconds=trained - began,
        score_seconds=scored - trained,
        steps=trainer.state.global_step,
    )


def _rows(part: dict[str, Any], tokenizer: Any, style: Style) -> Dataset:
    columns = {name: values for name, values in part.items() if values is not None}
    pair = "seconds" in columns
    fixed = "max_length" if style.padding == "max_length" else False  # else the Trainer's own collator pads each batch

    def tokenise(batch: dict[str, list[str]]) -> Any:
        texts = (batch["texts"], batch["seconds"]) if pair else (batch["texts"],)
        return tokenizer(*texts, padding=fixed, truncation=True, max_length=128)

    return Dataset.from_dict(columns).map(tokenise, batched=True, remove_columns=["texts", "seconds"] if pair else ["texts"])


def _optimizer(model: Classifier, told: dict[str, Any]) -> torch.optim.Optimizer:
    groups = []
    for module, rate in ((model.encoder, told["lr_encoder"]), (model.head, told["lr_head"])):
        for decayed in (True, False):
            members = [p for p in module.parameters() if (p.ndim > 1) == decayed]
            groups.append({"params": members, "lr": rate, "weight_decay": told["weight_decay"] if decayed else 0.0})
    return torch.optim.AdamW(groups, fused=True)


def _arguments(told: dict[str, Any], style: Style) -> TrainingArguments:
    return TrainingArguments(
        output_dir=told["scratch"],
        max_steps=told["steps"],
        per_device_train_batch_size=told["batch"],
        per_device_eval_batch_size=style.evaluation_batch,
        max_grad_norm=told["clip"],
        bf16=style.bf16,
        use_cpu=told["device"] == "cpu",
        train_sampling_strategy="sequential",  # the rows come in the order of the run it is compared with
        seed=told["seed"],
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )


if __name__ == "__main__":
    main(Style())
