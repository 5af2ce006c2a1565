#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include <heed/models/text/utf8.h>
#include <heed/models/visual/attention_text.h>

namespace heed {

namespace {

// Code points are good enough a measure of width for the languages that are translated here.
std::size_t width_of(const std::string& text) {
  return decode_utf8(text).size();
}

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, width_of(text)), ' ');
}

std::size_t widest(const std::vector<std::string>& labels) {
  std::size_t width = 0;
  for (const std::string& label : labels) width = std::max(width, width_of(label));
  return width;
}

std::string cell_of(float weight, bool largest, const AttentionTextOptions& options) {
  const bool marked = largest && options.marks;
  if (options.numbers) return fmt::format("{}{:4.2f}{}", marked ? '[' : ' ', weight, marked ? ']' : ' ');
  constexpr std::array<std::string_view, 5> shades{" ", "░", "▒", "▓", "█"};
  const double level = std::clamp(static_cast<double>(weight), 0.0, 1.0) * 4;
  const std::string_view shade = shades[static_cast<std::size_t>(std::lround(level))];
  return fmt::format("{}{}{}{}", marked ? '[' : ' ', shade, shade, marked ? ']' : ' ');
}

std::string column_numbers(std::size_t columns, std::size_t label, std::size_t cell) {
  std::string line(label + 1, ' ');
  for (std::size_t c = 0; c < columns; ++c) line += fmt::format("{:^{}}", c, cell);
  return line;
}

}  // namespace

std::string to_text(const WeightMatrix& matrix, const AttentionTextOptions& options) {
  const std::size_t label = widest(matrix.rows), cell = options.numbers ? 6 : 4;
  std::string text = matrix.title + "\n" + column_numbers(matrix.columns.size(), label, cell) + "\n";
  for (std::size_t r = 0; r < matrix.rows.size(); ++r) {
    std::size_t largest = 0;
    for (std::size_t c = 1; c < matrix.columns.size(); ++c) {
      if (matrix.at(r, c) > matrix.at(r, largest)) largest = c;
    }
    text += padded(matrix.rows[r], label) + " ";
    for (std::size_t c = 0; c < matrix.columns.size(); ++c)
      text += cell_of(matrix.at(r, c), c == largest, options);
    text += fmt::format("  {}\n", matrix.columns[largest]);
  }
  text += "columns:";
  for (std::size_t c = 0; c < matrix.columns.size(); ++c) text += fmt::format(" {} {}", c, matrix.columns[c]);
  return text + "\n";
}

std::string to_text(std::span<const HeadSummary> summaries) {
  std::string text =
      fmt::format("{:<13} {:>5} {:>4} {:>8} {:>6} {:>6} {:>9} {:>6} {:>6} {:>7}\n", "kind", "layer", "head",
                  "entropy", "peak", "same", "previous", "first", "last", "rows");
  for (const HeadSummary& s : summaries) {
    text += fmt::format("{:<13} {:>5} {:>4} {:>8.3f} {:>6.3f} {:>6.3f} {:>9.3f} {:>6.3f} {:>6.3f} {:>7}\n",
                        name_of(s.kind), s.layer, s.head, s.entropy, s.peak, s.same, s.previous, s.first,
                        s.last, s.rows);
  }
  return text;
}

}  // namespace heed
