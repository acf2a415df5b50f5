"""Measures one row of `make bench` in a process of its own: PyTorch, the same layers.

    python -m helpers.tools.bench.with_torch WAY PRECISION < network.json

Ways: `eager`, `compiled`. Runs in `.venv-torch`, which has nothing but PyTorch; what the network
is stands in the JSON, as `bench_networks.described` writes it. The last line printed is the result.
"""

import json
import math
import statistics
import sys
import time

import torch
from torch import nn

from helpers.tools.bench.process import CALLS, peak_memory


class Rescaling(nn.Module):
    """Keras' layer of this name."""

    def __init__(self, scale: float, offset: float):
        super().__init__()
        self.scale, self.offset = scale, offset

    def forward(self, x):
        return x * self.scale + self.offset


class Mean(nn.Module):
    """Keras' `GlobalAveragePooling2D`."""

    def forward(self, x):
        return x.mean((2, 3))


class Graph(nn.Module):
    """Modules that read what others gave; each result is kept as long as one still needs it."""

    def __init__(self, parts: list[nn.Module], inputs: list[list[int]]):
        super().__init__()
        self.parts, self.inputs = nn.ModuleList(parts), inputs
        self.last = {place: number for number, given in enumerate(inputs) for place in given}

    def forward(self, x):
        found = {-1: x}
        for number, (part, given) in enumerate(zip(self.parts, self.inputs, strict=True)):
            values = [found[place] for place in given]
            for place in set(given):
                if self.last[place] == number:
                    del found[place]
            found[number] = part(values[0]) if len(values) == 1 else sum(values[1:], values[0])
        return found[number]


def modules(layer: dict) -> list[nn.Module]:
    """PyTorch's modules for one Keras layer.

    Args:
        layer: Its `class_name`, `config` and `input_shape`, batch first, channels last.

    Raises:
        ValueError: There is no translation for the layer.
    """
    kind, config, channels = layer["class_name"], layer["config"], layer["input_shape"][-1]
    if kind == "Rescaling":
        return [Rescaling(config["scale"], config["offset"])]
    if kind == "Conv2D":
        padding, bias, strides = config["padding"], config["use_bias"], config["strides"]
        before = [] if padding == "valid" or max(strides) == 1 else [_padding(layer)]
        fixed = [config["filters"], config["kernel_size"], strides]
        found = nn.Conv2d(channels, *fixed, "valid" if before else padding, bias=bias)
        return [*before, found.requires_grad_(config["trainable"]), *_activation(config)]
    if kind == "GlobalAveragePooling2D":
        return [Mean()]
    if kind in ("ReLU", "Add"):
        return [nn.ReLU()] if kind == "ReLU" else []
    if kind == "MaxPooling2D":
        return [nn.MaxPool2d(config["pool_size"])]
    if kind == "BatchNormalization":
        normal = nn.BatchNorm1d if len(layer["input_shape"]) == 2 else nn.BatchNorm2d
        found = normal(channels, config["epsilon"], 1 - config["momentum"])
        found.weight.requires_grad_(config["scale"])
        return [found]
    if kind == "Dropout":
        return [nn.Dropout(config["rate"])]
    if kind == "Flatten":
        return [nn.Flatten()]
    if kind == "Dense":
        found = nn.Linear(channels, config["units"], bias=config["use_bias"])
        penalty = config["kernel_regularizer"]
        found.l2 = penalty["config"]["l2"] if penalty else 0.0
        return [found, *_activation(config)]
    if kind == "Activation":
        return _activation(config)
    raise ValueError(f"no translation of the layer {kind} to PyTorch.")


def _padding(layer: dict) -> nn.Module:
    """What Keras pads for `same` with strides: half of it in front, the larger half behind."""
    sides = []
    for axis in (1, 0):
        size, kernel = layer["input_shape"][1 + axis], layer["config"]["kernel_size"][axis]
        stride = layer["config"]["strides"][axis]
        total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
        sides += [total // 2, total - total // 2]
    return nn.ZeroPad2d(sides)


def _activation(config: dict) -> list[nn.Module]:
    known = {"linear": [], "softmax": [], "relu": [nn.ReLU()], "gelu": [nn.GELU()]}
    if config["activation"] not in known:
        raise ValueError(f"no translation of the activation {config['activation']} to PyTorch.")
    return known[config["activation"]]  # softmax is part of PyTorch's loss


def translated(network: dict) -> Graph:
    """The whole network, in the memory order of Keras.

    Raises:
        ValueError: A layer gives another shape than in Keras, or there are not as many parameters
            to train.
    """
    found, values = [], {-1: torch.zeros(2, 3, 32, 32)}
    for number, layer in enumerate(network["layers"]):
        found.append(nn.Sequential(*modules(layer)))
        given = [values[place] for place in layer["inputs"]]
        x = values[number] = found[-1](given[0]) if len(given) == 1 else sum(given)
        expected = layer["output_shape"][1:]
        shape = list(x.permute(0, 2, 3, 1).shape if x.dim() == 4 else x.shape)[1:]
        if shape != expected:
            raise ValueError(f"{layer['class_name']} gives {shape}; in Keras {expected}.")
    model = Graph(found, [layer["inputs"] for layer in network["layers"]])
    model = model.to(memory_format=torch.channels_last)
    count = sum(p.numel() for p in model.parameters() if p.requires_grad)
    if count != network["trainable_count"]:
        raise ValueError(f"{count} parameters to train; in Keras {network['trainable_count']}.")
    return model


def optimizer_for(model: nn.Module, network: dict) -> torch.optim.Optimizer:
    """The optimizer of the Keras network, in its single-kernel version.

    Raises:
        ValueError: There is no translation for it.
    """
    config, learning = network["optimizer"], [p for p in model.parameters() if p.requires_grad]
    decay = config["weight_decay"] or 0.0
    if config["class_name"] == "Adam" and not decay:
        return torch.optim.Adam(learning, lr=0.001, fused=True)
    if config["class_name"] == "SGD":
        options = {key: config[key] for key in ("momentum", "nesterov")}
        return torch.optim.SGD(learning, lr=0.01, weight_decay=decay, fused=True, **options)
    raise ValueError(f"no translation of the optimizer {config['class_name']} to PyTorch.")


def main() -> None:
    """Measures what the command line and the standard input name."""
    way, precision = sys.argv[1:]
    network = json.load(sys.stdin)
    torch.manual_seed(0)
    torch.set_num_threads(network["threads"])
    model = translated(network)
    result = measured(model, network, way, precision)
    print(json.dumps(result | {"torch": torch.__version__}))


def measured(model: nn.Module, network: dict, way: str, precision: str) -> dict:
    """Seconds of steps, of rounds of as many steps as in Keras, and of predictions."""
    batch, count = network["batch_size"], network["steps"]
    images = torch.randint(0, 256, (count * batch, 32, 32, 3), dtype=torch.uint8)
    labels = torch.randint(0, 10, (len(images),))
    pictures = torch.randint(0, 256, (network["images"], 32, 32, 3), dtype=torch.uint8)
    optimizer = optimizer_for(model, network)
    penalised = [(m.weight, m.l2) for m in model.modules() if getattr(m, "l2", 0.0)]
    run = torch.compile(model, dynamic=False) if way == "compiled" else model
    mixed = torch.autocast("cpu", torch.bfloat16, enabled=precision == "mixed_bfloat16")

    sums = torch.zeros(2)

    def answers(chosen: torch.Tensor) -> torch.Tensor:
        with mixed:
            return run(chosen.permute(0, 3, 1, 2).float()).float()

    def step(chosen: torch.Tensor) -> None:
        logits, right = answers(images[chosen]), labels[chosen]
        loss = nn.functional.cross_entropy(logits, right)
        for weight, l2 in penalised:
            loss = loss + l2 * weight.square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        sums[0] += loss.detach()  # Keras' rows report loss and accuracy, too
        sums[1] += (logits.argmax(1) == right).sum()

    steps, calls, predictions = [], [], []
    for _ in range(CALLS + 1):
        model.train()
        began = time.perf_counter()
        for chosen in torch.randperm(len(images)).split(batch):
            steps.append(-time.perf_counter())
            step(chosen)
            steps[-1] += time.perf_counter()
        calls.append(time.perf_counter() - began)
    peak = peak_memory()
    for _ in range(CALLS + 1):
        model.eval()
        began = time.perf_counter()
        with torch.inference_mode():
            for chosen in pictures.split(network["evaluation_batch"]):
                answers(chosen)
        predictions.append(time.perf_counter() - began)
    return {
        "step_seconds": statistics.median(steps[count:]),
        "call_seconds": calls[1:],
        "predict_seconds": statistics.median(predictions[1:]),
        "peak_memory": peak,
    }


if __name__ == "__main__":
    main()
