#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/text/alignment.h>

namespace heed {

namespace {

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
