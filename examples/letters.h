// What the attention examples share: random letters, one sentence's attention drawn in the terminal, and how
// often the largest weight lies where it should.
#pragma once

#include <functional>

#include <fmt/format.h>

#include <heed/graph/array.h>
#include <heed/models/text/draws.h>

// Fills `words`, of i32, with letters drawn from so many.
inline void draw_letters(heed::Array& words, std::int64_t letters, heed::Draws& draws) {
  for (auto& word : words.values<std::int32_t>())
    word = static_cast<std::int32_t>(draws.between(0, letters - 1));
}

// A row for each letter that is written, a column for each that is read, darker for more weight. weights [B,
// T, S]; the symbols of sentence 0: source [B, S], target [B, T], both i32, drawn as letters.
inline void draw_weights(const heed::Array& weights, const heed::Array& source, const heed::Array& target) {
  static constexpr const char* shades[] = {"  ", "░░", "▒▒", "▓▓", "██"};
  const auto letter = [](const heed::Array& words, std::int64_t i) {
    return static_cast<char>('a' + static_cast<int>(words.number(i)));
  };
  const std::int64_t rows = weights.shape()[1], columns = weights.shape()[2];
  fmt::print("   ");
  for (std::int64_t s = 0; s < columns; ++s) fmt::print(" {} ", letter(source, s));
  for (std::int64_t t = 0; t < rows; ++t) {
    fmt::print("\n {} ", letter(target, t));
    for (std::int64_t s = 0; s < columns; ++s) {
      const auto shade = static_cast<std::size_t>(weights.number(t * columns + s) * 4 + 0.5);
      fmt::print("{} ", shades[shade < 5 ? shade : 4]);
    }
  }
  fmt::print("\n");
}

// The share of words, in per cent, whose largest weight lies at right(b, t).
inline double aligned_share(const heed::Array& weights,
                            const std::function<std::int64_t(std::int64_t b, std::int64_t t)>& right) {
  const std::int64_t batch = weights.shape()[0], rows = weights.shape()[1], columns = weights.shape()[2];
  double found = 0;
  for (std::int64_t row = 0; row < batch * rows; ++row) {
    std::int64_t best = 0;
    for (std::int64_t s = 1; s < columns; ++s)
      if (weights.number(row * columns + s) > weights.number(row * columns + best)) best = s;
    found += best == right(row / rows, row % rows);
  }
  return 100 * found / static_cast<double>(batch * rows);
}
