#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <heed/models/text/utf8.h>
#include <heed/models/visual/attention_svg.h>

namespace heed {

namespace {

constexpr double cell = 26, letter = 7.6, gap = 8, title_room = 34;

// XML has no place for control characters, and meanings for some others.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return result;
}

double room_for(const std::vector<std::string>& labels) {
  std::size_t longest = 3;
  for (const std::string& label : labels) longest = std::max(longest, decode_utf8(label).size());
  return letter * static_cast<double>(longest) + 2 * gap;
}

int grey(float weight) {
  return static_cast<int>(std::lround(255 * std::clamp(static_cast<double>(weight), 0.0, 1.0)));
}

}  // namespace

std::string to_svg(const WeightMatrix& matrix) {
  const double left = std::round(room_for(matrix.rows));  // whole, so that no seam shows between cells
  const double top = std::round(room_for(matrix.columns) + title_room);
  const double across = cell * static_cast<double>(matrix.columns.size());
  const double down = cell * static_cast<double>(matrix.rows.size());
  const double width =
      std::max(left + across + 3 * gap, letter * 0.9 * static_cast<double>(matrix.title.size()) + 3 * gap);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"system-ui, sans-serif\" font-size=\"13\">\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
      "<text x=\"{2}\" y=\"22\" fill=\"#555\">{3}</text>\n",
      width, top + down + 2 * gap, 2 * gap, escaped(matrix.title));
  for (std::size_t c = 0; c < matrix.columns.size(); ++c) {
    svg += fmt::format("<text transform=\"translate({:.1f} {:.1f}) rotate(-90)\" fill=\"#111\">{}</text>\n",
                       left + cell * (static_cast<double>(c) + 0.5) + 4.5, top - gap,
                       escaped(matrix.columns[c]));
  }
  for (std::size_t r = 0; r < matrix.rows.size(); ++r) {
    const double y = top + cell * static_cast<double>(r);
    svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\" fill=\"#111\">{}</text>\n",
                       left - gap, y + cell / 2 + 4.5, escaped(matrix.rows[r]));
    for (std::size_t c = 0; c < matrix.columns.size(); ++c) {
      const float weight = matrix.at(r, c);
      svg += fmt::format(
          "<rect x=\"{0:.1f}\" y=\"{1:.1f}\" width=\"{2}\" height=\"{2}\" fill=\"rgb({3},{3},{3})\">"
          "<title>{4} → {5}: {6:.4f}</title></rect>\n",
          left + cell * static_cast<double>(c), y, cell, grey(weight), escaped(matrix.rows[r]),
          escaped(matrix.columns[c]), weight);
    }
  }
  svg += fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.0f}\" height=\"{:.0f}\" fill=\"none\" stroke=\"#777\"/>\n",
      left, top, across, down);
  return svg + "</svg>\n";
}

}  // namespace heed
