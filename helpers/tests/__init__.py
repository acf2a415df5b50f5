"""Unit tests of the helpers and tools, and structural tests of the stored notebooks."""
