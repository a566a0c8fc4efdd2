"""One file for each picture: `numbers(hands, progress, memory)` computes, `draw(numbers, sheet)` draws."""
