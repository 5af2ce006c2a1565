#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include <heed/models/visual/alignments.h>

namespace heed {

namespace {

// Places of those that are words, numbered as words.
std::vector<std::size_t> words_among(const std::vector<bool>& special) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < special.size(); ++i) {
    if (!special[i]) places.push_back(i);
  }
  return places;
}

std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::size_t shared(const Alignment& a, const Alignment& b) {
  return static_cast<std::size_t>(
      std::ranges::count_if(a, [&](const auto& link) { return b.contains(link); }));
}

}  // namespace

Alignment alignment_of(const WeightMatrix& matrix) {
  const std::vector<std::size_t> rows = words_among(matrix.special_rows);
  const std::vector<std::size_t> columns = words_among(matrix.special_columns);
  Alignment alignment;
  if (columns.empty()) return alignment;
  for (std::size_t t = 0; t < rows.size(); ++t) {
    std::size_t best = 0;
    for (std::size_t s = 1; s < columns.size(); ++s) {
      if (matrix.at(rows[t], columns[s]) > matrix.at(rows[t], columns[best])) best = s;
    }
    alignment.emplace(best, t);
  }
  return alignment;
}

std::string to_pharaoh(const Alignment& alignment) {
  std::vector<std::pair<std::size_t, std::size_t>> by_target;
  for (const auto& [source, target] : alignment) by_target.emplace_back(target, source);
  std::ranges::sort(by_target);
  std::string text;
  for (const auto& [target, source] : by_target)
    text += fmt::format("{}{}-{}", text.empty() ? "" : " ", source, target);
  return text;
}

GoldAlignment parse_alignment(std::string_view line) {
  GoldAlignment gold;
  std::istringstream links{std::string(line)};
  for (std::string link; links >> link;) {
    const std::size_t at = std::min(link.find_first_of("-?"), link.size() - 1);
    const auto source = number(std::string_view(link).substr(0, at));
    const auto target = number(std::string_view(link).substr(at + 1));
    if (!source || !target) {
      throw Error(fmt::format(
          "\"{}\" is no link of an alignment: links are like 0-0, or 0?0 if only possible", link));
    }
    gold.possible.emplace(*source, *target);
    if (link[at] == '-') gold.sure.emplace(*source, *target);
  }
  return gold;
}

double alignment_error_rate(std::span<const Alignment> found, std::span<const GoldAlignment> gold) {
  if (found.size() != gold.size()) {
    throw Error(
        fmt::format("{} sentences have {} gold alignments: one belongs to each", found.size(), gold.size()));
  }
  std::size_t right = 0, all = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    right += shared(found[i], gold[i].sure) + shared(found[i], gold[i].possible);
    all += found[i].size() + gold[i].sure.size();
  }
  return all == 0 ? 0 : 1 - static_cast<double>(right) / static_cast<double>(all);
}

}  // namespace heed
