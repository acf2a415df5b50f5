"""Stands in for SageMaker's container, in a process of its own: started with `python -I`.

It serves the SavedModel in `1/` by TensorFlow Serving's REST interface on loopback, and calls the
two handlers of `code/inference.py` around it. Reads JSON lines: `content` (base64), `type` and
`accept`; answers each with `{"body", "type"}` or `{"error"}`.
Source: https://www.tensorflow.org/tfx/serving/api_rest
"""

import base64
import collections
import http.server
import importlib.util
import io
import json
import os
import sys
import threading

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import requests
import tensorflow as tf

Context = collections.namedtuple(
    "Context",
    "model_name model_version method rest_uri grpc_uri custom_attributes request_content_type "
    "accept_header content_length",
)
MODEL = tf.saved_model.load("1")


class Serving(http.server.BaseHTTPRequestHandler):
    """Answers `POST /v1/models/model:predict` in the row format."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        signature = MODEL.signatures[body.get("signature_name", "serving_default")]
        try:
            assert self.path == "/v1/models/model:predict" and set(body) == {"instances"}
            image = tf.constant(body["instances"], tf.float32)
            (found,) = signature(image=image).values()  # one output: TensorFlow omits its name
            status, told = 200, {"predictions": found.numpy().tolist()}
        except Exception as error:
            status, told = 400, {"error": str(error)}
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *arguments):
        """Says nothing."""


def main() -> None:
    """Serves until the input ends."""
    assert importlib.util.find_spec("helpers") is None  # the course isn't there
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Serving)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    uri = f"http://127.0.0.1:{server.server_port}/v1/models/model:predict"
    spec = importlib.util.spec_from_file_location("inference", "code/inference.py")
    inference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(inference)
    for line in sys.stdin:
        asked = json.loads(line)
        content = base64.b64decode(asked["content"])
        kinds = (asked["type"], asked["accept"], len(content))
        context = Context("model", None, "predict", uri, "", "", *kinds)
        try:
            prepared = inference.input_handler(io.BytesIO(content), context)
            response = requests.post(context.rest_uri, data=prepared)
            body, kind = inference.output_handler(response, context)
            told = {"body": body, "type": kind}
        except Exception as error:
            told = {"error": str(error)}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
