"""Sums of squares and products: right for every layout, size and range of numbers."""

import math
import unittest

import torch

import networks  # noqa: F401  (where headwater.py is)
import headwater


class Sums(unittest.TestCase):
    def near(self, own, exact, scale):
        self.assertLessEqual(abs(float(own) - exact), 2e-7 * scale)

    def test_layouts(self):
        generator = torch.Generator().manual_seed(2)

        def noise(*shape):
            return torch.randn(shape, generator=generator)

        pixels = noise(4, 64, 16, 16)
        layouts = {"plain": pixels, "channels last": pixels.to(memory_format=torch.channels_last), "gaps": noise(8, 64, 15, 15)[:, ::2],
                   "expanded": noise(4, 8, 1, 1).expand(4, 8, 40, 40), "a rest": noise(9001), "transposed": noise(100, 300).t(),
                   "small": noise(7), "one": noise(), "double": noise(100, 100).double()}
        for name, tensor in layouts.items():
            with self.subTest(name):
                other = torch.randn(tensor.shape, generator=generator, dtype=tensor.dtype)
                square, size = float(tensor.double().square().sum()), float(other.double().norm())
                self.near(headwater._square(tensor), square, square)
                self.near(headwater._squares([noise(3), tensor])[1], square, square)
                product = float((tensor.double() * other.double()).sum())
                self.near(headwater._product(tensor, other), product, math.sqrt(square) * size)
                self.near(headwater._product(other, tensor), product, math.sqrt(square) * size)

    def test_numbers_whose_squares_float32_does_not_hold(self):
        for size in (1e-30, 1e-20, 1e18, 1e30):
            tensor = torch.full((64, 1024), size)
            exact = float(tensor.double().square().sum())
            self.near(headwater._square(tensor) / exact, 1.0, 1.0)
            self.near(headwater._product(tensor, tensor) / exact, 1.0, 1.0)

    def test_numbers_that_are_not_finite(self):
        for bad in (math.nan, math.inf):
            tensor = torch.ones(64, 1024)
            tensor[3, 5] = bad
            self.assertEqual(str(float(headwater._square(tensor))), str(bad))


if __name__ == "__main__":
    unittest.main()
