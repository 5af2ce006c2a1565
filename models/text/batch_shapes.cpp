#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/text/batch_shapes.h>

namespace heed {

namespace {

std::int64_t round_up(std::int64_t value, std::int64_t step) {
  return (value + step - 1) / step * step;
}

std::int64_t rounded_length(std::int64_t length, std::int64_t max_length) {
  std::int64_t step = length <= 32 ? 2 : 8;
  while (step >= 8 && length > 16 * step) step *= 2;
  return std::min(round_up(length, step), max_length);
}

// A shape in the making: its lengths, and how many pairs would be padded to them.
struct Cell {
  std::int64_t source = 0, target = 0, count = 0;

  std::int64_t padded_tokens() const { return count * (source + target); }
};

Cell join(const Cell& a, const Cell& b) {
  return {std::max(a.source, b.source), std::max(a.target, b.target), a.count + b.count};
}

std::vector<Cell> occurring_cells(std::span<const PairLengths> pairs, std::int64_t max_length) {
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> counts;
  for (const PairLengths& pair : pairs) {
    ++counts[{rounded_length(pair.source, max_length), rounded_length(pair.target, max_length)}];
  }
  std::vector<Cell> cells;
  cells.reserve(counts.size());
  for (const auto& [lengths, count] : counts) cells.push_back({lengths.first, lengths.second, count});
  return cells;
}

struct Joining {
  std::size_t a = 0, b = 0;
  std::int64_t added_padding = std::numeric_limits<std::int64_t>::max();
};

Joining cheapest_joining(const std::vector<Cell>& cells) {
  Joining best;
  for (std::size_t a = 0; a < cells.size(); ++a) {
    for (std::size_t b = a + 1; b < cells.size(); ++b) {
      const std::int64_t added =
          join(cells[a], cells[b]).padded_tokens() - cells[a].padded_tokens() - cells[b].padded_tokens();
      if (added < best.added_padding) best = {a, b, added};
    }
  }
  return best;
}

void join_cells(std::vector<Cell>& cells, const BatchShapeOptions& options) {
  // A shape that spares less than this is not worth its plan, nor the small batch it may end with.
  const std::int64_t worthwhile = options.batch_tokens / 8;
  while (cells.size() > 1) {
    const Joining joining = cheapest_joining(cells);
    const bool is_few = static_cast<std::int64_t>(cells.size()) <= options.max_shapes;
    if (is_few && joining.added_padding >= worthwhile) return;
    cells[joining.a] = join(cells[joining.a], cells[joining.b]);
    cells.erase(cells.begin() + static_cast<std::ptrdiff_t>(joining.b));
  }
}

// As many rows as the budget allows, then no more than spread the pairs evenly over as many batches.
std::int64_t rows_for(const Cell& cell, std::int64_t batch_tokens) {
  std::int64_t most = batch_tokens / (cell.source + cell.target);
  if (most >= 4) most -= most % 4;
  const std::int64_t batches = (cell.count + most - 1) / most;
  const std::int64_t even = (cell.count + batches - 1) / batches;
  return std::min(most, round_up(even, 4));
}

void require_budget(const std::vector<Cell>& cells, const BatchShapeOptions& options) {
  if (options.max_shapes < 1) throw Error("batches need at least one shape: max_shapes must be positive");
  Cell widest;
  for (const Cell& cell : cells) widest = join(widest, cell);
  if (widest.source + widest.target <= options.batch_tokens) return;
  throw Error(
      fmt::format("a budget of {} tokens a batch cannot hold a row of {} source and {} target tokens; raise "
                  "batch_tokens to {} or lower max_length",
                  options.batch_tokens, widest.source, widest.target, widest.source + widest.target));
}

}  // namespace

std::size_t closest_shape(std::span<const BatchShape> shapes, const PairLengths& pair) {
  std::size_t closest = shapes.size();
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (!shapes[i].holds(pair)) continue;
    const auto length = [&](std::size_t shape) {
      return shapes[shape].source_length + shapes[shape].target_length;
    };
    if (closest == shapes.size() || length(i) < length(closest)) closest = i;
  }
  if (closest == shapes.size())
    throw InternalError("no batch shape holds a pair that the shapes were chosen for");
  return closest;
}

std::vector<BatchShape> choose_batch_shapes(std::span<const PairLengths> pairs,
                                            const BatchShapeOptions& options) {
  std::vector<Cell> cells = occurring_cells(pairs, options.max_length);
  require_budget(cells, options);
  join_cells(cells, options);
  std::sort(cells.begin(), cells.end(), [](const Cell& a, const Cell& b) {
    return std::pair(a.source + a.target, a.source) < std::pair(b.source + b.target, b.source);
  });
  std::vector<BatchShape> shapes;
  for (Cell& cell : cells) {
    shapes.push_back({0, cell.source, cell.target});
    cell.count = 0;
  }
  // Two joined shapes may have grown around a third: count again where each pair will really go.
  for (const PairLengths& pair : pairs) ++cells[closest_shape(shapes, pair)].count;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].count > 0) shapes[i].rows = rows_for(cells[i], options.batch_tokens);
  }
  std::erase_if(shapes, [](const BatchShape& shape) { return shape.rows == 0; });
  return shapes;
}

}  // namespace heed
