"""LSTMs through which a gradient can flow back in evaluation mode, on every device."""

from __future__ import annotations

from contextlib import nullcontext

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from gradcam_lib.networks.vocabulary import PAD

State = tuple[Tensor, Tensor]


def run_lstm(lstm: nn.LSTM, inputs: Tensor, state: State | None = None) -> tuple[Tensor, State]:
    """inputs: (N, T, D) → outputs (N, T, hidden) and the state (h, c) after the last step."""
    # cuDNN keeps what its backward pass needs in training mode only; explanations run in evaluation mode, where
    # PyTorch's own kernels have to do the work.
    wanted = torch.is_grad_enabled() and not lstm.training
    with torch.backends.cudnn.flags(enabled=False) if wanted else nullcontext():
        return lstm(inputs, state)


def last_state(lstm: nn.LSTM, inputs: Tensor, words: Tensor) -> Tensor:
    """inputs: (N, T, D) of words (N, T) with PAD at the end → c and h of each layer after each one's last word.

    → (N, 2 · layers · hidden). Padding changes nothing.
    """
    packed = pack_padded_sequence(inputs, lengths(words).cpu(), batch_first=True, enforce_sorted=False)
    wanted = torch.is_grad_enabled() and not lstm.training
    with torch.backends.cudnn.flags(enabled=False) if wanted else nullcontext():
        _, (h, c) = lstm(packed)
    return torch.stack((c, h), 1).permute(2, 0, 1, 3).flatten(1)


def lengths(words: Tensor) -> Tensor:
    """words: (N, T) with PAD at the end → (N,). Errors: an empty row, PAD between words."""
    there = words != PAD
    counts = there.sum(1)
    if not counts.all():
        raise ValueError(f"row {int((counts == 0).nonzero()[0])} has no words")
    if (there[:, 1:] & ~there[:, :-1]).any():
        raise ValueError("PAD between words: it may stand at the end of a row only")
    return counts
