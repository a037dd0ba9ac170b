"""Peer: the stock script with the three changes that a user who knows it would make: padding to the longest text of each batch, bf16,
and 64 rows at once when scoring.

    python tuned_trainer.py JOB.json ANSWER.json
"""

from __future__ import annotations

from stock_trainer import Style, main

if __name__ == "__main__":
    main(Style(padding="longest", bf16=True, evaluation_batch=64))
