"""Training: the one loop, gradient phases, schedules, sampling, optimizer, and the predictor that comes out."""
