"""A saver for each test, and what its thread holds."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
