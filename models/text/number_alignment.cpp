#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/text/number_alignment.h>

namespace heed {

namespace {

using Strings = std::vector<std::string_view>;

Strings words_of(std::string_view text) {
  Strings words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

// Both languages say the same things in the same order; what differs is how many words each takes. So both
// are read from left to right, together.
class Aligner {
 public:
  explicit Aligner(const SentencePair& pair)
      : pair_(pair), source_(words_of(pair.source)), target_(words_of(pair.target)) {}

  GoldAlignment align() {
    for (source_at_ = 0; source_at_ < source_.size(); ++source_at_) read_word();
    if (target_at_ != target_.size()) refuse();
    alignment_.possible.insert(alignment_.sure.begin(), alignment_.sure.end());
    return std::move(alignment_);
  }

 private:
  void read_word() {
    const std::string_view word = source_[source_at_];
    if (word == "and" || word == "of") return;
    if (word == "oh") return link_possible(target_at_ - 1);  // nineteen oh five: neunzehn hundert fünf
    if (word == "past" && next_target_back(1) == "halb") return link_possible(target_at_ - 1);
    if (begins_part_of_day()) return link_possible(target_at_);
    if (word.find('-') != word.npos) return link_sure(3);  // forty-seven: sieben und vierzig
    if (word == "twenty" && target_at_ < target_.size() && target_[target_at_] == "zwei")
      return link_sure(2);  // twenty ten: zwei tausend zehn
    link_sure(1);
    const bool says_hundred = source_at_ + 1 < source_.size() && source_[source_at_ + 1] == "hundred";
    if (target_at_ < target_.size() && target_[target_at_] == "hundert" && !says_hundred &&
        word != "thousand")
      leave_out_hundred();
  }

  std::string_view next_target_back(std::size_t count) const {
    return target_at_ >= count ? target_[target_at_ - count] : std::string_view();
  }

  // "in the morning", "at night": one German word for what follows.
  bool begins_part_of_day() const {
    static constexpr std::array parts{"morgens", "nachmittags", "abends", "nachts"};
    const std::string_view word = source_[source_at_];
    const bool may_begin = word == "in" || word == "at" || word == "the";
    return may_begin && target_at_ < target_.size() &&
           std::ranges::find(parts, target_[target_at_]) != parts.end();
  }

  void leave_out_hundred() {
    link_possible(target_at_);
    ++target_at_;
  }

  void link_sure(std::size_t count) {
    if (target_at_ + count > target_.size()) refuse();
    for (std::size_t i = 0; i < count; ++i) alignment_.sure.emplace(source_at_, target_at_++);
  }

  void link_possible(std::size_t target) {
    if (target >= target_.size()) refuse();
    alignment_.possible.emplace(source_at_, target);
  }

  [[noreturn]] void refuse() const {
    throw Error(
        fmt::format("\"{}\" and \"{}\" are no pair of the built-in corpus", pair_.source, pair_.target));
  }

  const SentencePair& pair_;
  Strings source_, target_;
  std::size_t source_at_ = 0, target_at_ = 0;
  GoldAlignment alignment_;
};

}  // namespace

GoldAlignment align_numbers(const SentencePair& pair) {
  return Aligner(pair).align();
}

}  // namespace heed
