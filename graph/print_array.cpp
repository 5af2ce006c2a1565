// Prints the values of an array, nested in brackets like its shape.
#include <algorithm>

#include <fmt/format.h>

#include <heed/graph/print.h>

namespace heed {

namespace {

std::string element_text(const Array& array, std::int64_t index) {
  const double value = array.number(index);
  if (array.dtype() == DType::boolean) return value != 0 ? "true" : "false";
  if (array.dtype() == DType::i64)
    return fmt::format("{}", array.values<std::int64_t>()[static_cast<std::size_t>(index)]);
  return is_floating(array.dtype()) ? fmt::format("{:.4g}", value) : fmt::format("{:.0f}", value);
}

class ArrayText {
 public:
  ArrayText(const Array& array, const ArrayTextOptions& options)
      : array_(array), options_(options), is_large_(array.elements() > options.most_elements) {
    walk(0, 0, [this](std::int64_t index) { width_ = std::max(width_, element_text(array_, index).size()); });
  }

  std::string text() {
    print(0, 0);
    return std::move(text_);
  }

 private:
  // The indices along an axis that are shown; -1 stands for those left out.
  std::vector<std::int64_t> shown(int axis) const {
    const std::int64_t size = array_.shape()[axis];
    const bool is_row = axis + 1 == array_.shape().rank();
    const bool is_cut = (is_large_ || (is_row && size > options_.longest_row)) && size > 2 * options_.edge;
    std::vector<std::int64_t> indices;
    for (std::int64_t i = 0; i < size; ++i) {
      if (is_cut && i == options_.edge) {
        indices.push_back(-1);
        i = size - options_.edge;
      }
      indices.push_back(i);
    }
    return indices;
  }

  template <typename Visit>
  void walk(int axis, std::int64_t offset, const Visit& visit) const {
    if (axis == array_.shape().rank()) return visit(offset);
    for (const std::int64_t i : shown(axis)) {
      if (i >= 0) walk(axis + 1, offset * array_.shape()[axis] + i, visit);
    }
  }

  void print(int axis, std::int64_t offset) {
    const int rank = array_.shape().rank();
    if (axis == rank) {
      text_ += fmt::format("{:>{}}", element_text(array_, offset), rank == 0 ? 0 : width_);
      return;
    }
    // Rows stand below one another, matrices with an empty line between them.
    const int below = rank - axis - 1;
    const std::string separator =
        below == 0 ? ", " : fmt::format(",{:\n<{}}{:{}}", "", std::min(below, 2), "", axis + 1);
    text_ += '[';
    bool first = true;
    for (const std::int64_t i : shown(axis)) {
      if (!first) text_ += separator;
      first = false;
      if (i < 0) {
        text_ += "...";
      } else {
        print(axis + 1, offset * array_.shape()[axis] + i);
      }
    }
    text_ += ']';
  }

  const Array& array_;
  ArrayTextOptions options_;
  bool is_large_;
  std::size_t width_ = 0;
  std::string text_;
};

}  // namespace

std::string to_text(const Array& array, const ArrayTextOptions& options) {
  return ArrayText(array, options).text();
}

}  // namespace heed
