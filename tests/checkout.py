"""Where this checkout is, and where its runs go."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".lab"
"""What `lab` uses where it is called from the checkout."""
