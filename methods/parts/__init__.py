"""Parts that several methods share: the decoder, imbalance correction, phase recipes."""
