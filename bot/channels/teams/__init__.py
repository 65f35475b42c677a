"""Teams as a channel of the guide."""

import os
import warnings

# The Teams SDK, when it is imported, reads a file .env of the working folder into the environment, and warns of a part of itself.
os.environ.setdefault("PYTHON_DOTENV_DISABLED", "1")
warnings.filterwarnings("ignore", message="HtmlWidgetSecurityPolicy is in preview")
