"""Results to compare with: what of them is finished, and which runs made elsewhere may be paired with theirs."""
