"""Encoders: their modules and forward pass, tokenizer, loading, and what makes short runs fast."""
