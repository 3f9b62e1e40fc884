"""Times a training step of a GPT-2-shaped model in PyTorch: forward, backward, clipping and AdamW, on random tokens.

    train.py LAYERS HEADS CHANNELS CONTEXT BATCH VOCABULARY [STEPS] [THREADS]

Prints a line of JSON: milliseconds a step (median), tokens a second. Settings that are its best on a processor are found by trying (README.md).
"""

import json
import math
import os
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, channels, heads, context):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.qkv, self.out = nn.Linear(channels, 3 * channels), nn.Linear(channels, channels)
        self.up, self.down = nn.Linear(channels, 4 * channels), nn.Linear(4 * channels, channels)
        self.register_buffer("mask", torch.full((context, context), -math.inf).triu(1))

    def attention(self, x):
        batch, time, channels = x.shape
        q, k, v = self.qkv(x).view(batch, time, 3, self.heads, channels // self.heads).permute(2, 0, 3, 1, 4)
        if hasattr(F, "scaled_dot_product_attention"):
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            scores = torch.baddbmm(
                self.mask[:time, :time].expand(batch * self.heads, time, time),
                q.reshape(-1, time, q.shape[-1]), k.reshape(-1, time, k.shape[-1]).transpose(1, 2), alpha=1 / math.sqrt(q.shape[-1]))
            y = torch.bmm(scores.softmax(-1), v.reshape(-1, time, v.shape[-1])).view(batch, self.heads, time, -1)
        return self.out(y.transpose(1, 2).reshape(batch, time, channels))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self, layers, heads, channels, context, vocabulary):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, channels), nn.Embedding(context, channels)
        self.blocks = nn.ModuleList(Block(channels, heads, context) for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(channels), nn.Linear(channels, vocabulary, bias=False)
        self.head.weight = self.tokens.weight
        self.apply(self.begin)

    @staticmethod
    def begin(module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.02)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)

    def forward(self, ids, targets):
        x = self.tokens(ids) + self.positions.weight[: ids.shape[1]]
        for block in self.blocks:
            x = block(x)
        logits = self.head(self.norm(x))
        return F.cross_entropy(logits.view(-1, logits.shape[-1]), targets.view(-1))


def main():
    layers, heads, channels, context, batch, vocabulary = map(int, sys.argv[1:7])
    steps = int(sys.argv[7]) if len(sys.argv) > 7 else 20
    threads = int(sys.argv[8]) if len(sys.argv) > 8 else os.cpu_count()
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = Gpt(layers, heads, channels, context, vocabulary)
    kind = os.environ.get("PEER_ADAMW", "foreach")
    options = {"foreach": dict(foreach=True), "fused": dict(fused=True), "plain": dict(foreach=False)}[kind]
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1, **options)
    tokens = torch.randint(vocabulary, (batch, context + 1))
    ids, targets = tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous()

    def step():
        optimizer.zero_grad(set_to_none=kind != "plain")
        loss = model(ids, targets)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return loss.item()

    for _ in range(2):
        step()
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        loss = step()
        times.append(time.perf_counter() - start)
    seconds = sorted(times)[len(times) // 2]
    print(json.dumps({
        "ms": round(seconds * 1000, 3), "tokens_s": round(batch * context / seconds, 1), "samples_ts": [round(batch * context / t, 1) for t in times],
        "loss": round(loss, 4), "torch": torch.__version__, "threads": threads, "adamw": kind}))


main()
