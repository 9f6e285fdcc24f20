"""What counts as a telephone number, from Connect and in the settings alike."""

from __future__ import annotations

import re

E164 = re.compile(r"\+[1-9][0-9]{5,14}")
