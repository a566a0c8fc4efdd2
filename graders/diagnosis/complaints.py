"""What numpy says of sizes that don't fit: the parts of its messages that tell which."""

from __future__ import annotations

import re

#: A product of two arrays: the size that came, and the one that it should be.
PRODUCT = re.compile(r"size (\d+) is different from (\d+)")
#: The same of np.dot.
NOT_ALIGNED = re.compile(r"not aligned: (\d+) \(dim \d\) != (\d+)")
#: A sum, a difference, a product element by element: the shapes.
BROADCAST = re.compile(r"broadcast (?:together with|input array from) (?:re)?shapes? (.*)")
