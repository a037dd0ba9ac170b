"""Recipe: a kind of noise. Letters become capital letters."""

from __future__ import annotations

from benchmark import Draw, Edited, noise_kinds


@noise_kinds.register(
    "capital-letters", description="letters become capital letters; level = share of letters", unit="letters", lowest=0.001, highest=1.0
)
def capital_letters(text: str, level: float, draw: Draw) -> Edited:
    """The text with capital letters. One number per position, compared with the level: what 10 % touches, 20 % touches too."""
    luck = draw.uniforms("capital", len(text))
    chosen = [letter.islower() and number < level for letter, number in zip(text, luck, strict=True)]
    edited = "".join(letter.upper() if hit else letter for letter, hit in zip(text, chosen, strict=True))
    return Edited(edited, units=sum(map(str.isalpha, text)), changed=sum(chosen), edits={"capital": sum(chosen)})
