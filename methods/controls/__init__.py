"""Controls: each takes out of a paper's method the part that its claim rests on, and leaves the rest. A gain is credited only above them."""
