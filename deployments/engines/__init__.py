"""The engines of the captioner and the generator: vLLM in the replica, or a server that speaks the OpenAI API.

For vLLM: `settings.py`, `engine.py` and `vllm_api.py`, the only file that imports vLLM. For a server:
`openai_settings.py`, `openai_engine.py` and `openai_api.py`, the only file that imports the `openai` client.
"""

from deployments.engines.engine import Engine
from deployments.engines.merge import as_they_finish
from deployments.engines.settings import EngineSettings
from deployments.engines.words import Contrast, Message, Prompt, Sample, Sampling

__all__ = ["Contrast", "Engine", "EngineSettings", "Message", "Prompt", "Sample", "Sampling", "as_they_finish"]
