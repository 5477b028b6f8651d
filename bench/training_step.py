"""The same training step in PyTorch: prints tokens per second. Arguments: steps, threads."""

import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

steps, threads = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(1)
width, heads, layers, hidden, vocabulary, sequences, tokens = 256, 4, 4, 640, 512, 8, 256
head = width // heads


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.gain


angles = torch.arange(tokens)[:, None] * 1e6 ** (-torch.arange(0, head, 2) / head)
cosines, sines = (f(torch.cat([angles, angles], -1)) for f in (torch.cos, torch.sin))
mask = torch.full((tokens, tokens), float("-inf")).triu(1)


def rotate(x):
    low, high = x.chunk(2, -1)
    return x * cosines + torch.cat([-high, low], -1) * sines


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention_norm, self.feed_norm = Norm(), Norm()
        self.query, self.key, self.value, self.output = (nn.Linear(width, width, bias=False) for _ in range(4))
        self.gate, self.up = (nn.Linear(width, hidden, bias=False) for _ in range(2))
        self.down = nn.Linear(hidden, width, bias=False)

    def forward(self, x):
        normed = self.attention_norm(x)
        split = lambda y: y.view(sequences, tokens, heads, head).transpose(1, 2)
        query, key, value = (split(part(normed)) for part in (self.query, self.key, self.value))
        scores = rotate(query) @ rotate(key).transpose(-1, -2) / head**0.5 + mask
        mixed = (scores.softmax(-1) @ value).transpose(1, 2).reshape(sequences, tokens, width)
        x = x + self.output(mixed)
        normed = self.feed_norm(x)
        return x + self.down(F.silu(self.gate(normed)) * self.up(normed))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.norm = Norm()

    def forward(self, ids):
        x = self.embedding(ids)
        for layer in self.layers:
            x = layer(x)
        return self.norm(x) @ self.embedding.weight.T


model = Decoder()
optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1)


def step():
    ids = torch.randint(vocabulary, (sequences, tokens))
    targets = torch.randint(vocabulary, (sequences, tokens))
    loss = F.cross_entropy(model(ids).view(-1, vocabulary), targets.view(-1))
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    return loss.item()


for _ in range(3):
    step()
started = time.perf_counter()
for _ in range(steps):
    step()
print(steps * sequences * tokens / (time.perf_counter() - started))
