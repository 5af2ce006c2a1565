#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/text/utf8.h>
#include <heed/models/text/vocabulary.h>
#include <heed/models/text/words.h>

namespace heed {

namespace {

constexpr std::array<std::string_view, special_entries> special_names{"<pad>", "<unk>", "<s>", "</s>"};
constexpr std::string_view unknown_character = "\uFFFD";

std::vector<std::string> split_characters(std::string_view text) {
  std::vector<std::string> pieces;
  for (const char32_t code_point : decode_utf8(text)) {
    std::string piece;
    append_utf8(piece, code_point);
    if (piece == space_mark) piece = unknown_character;
    pieces.push_back(code_point == U' ' ? std::string(space_mark) : std::move(piece));
  }
  return pieces;
}

std::string join_characters(const std::vector<std::string>& pieces) {
  std::string text;
  for (const std::string& piece : pieces) text += piece == space_mark ? " " : piece;
  return text;
}

}  // namespace

std::string_view name_of(VocabularyKind kind) {
  switch (kind) {
    case VocabularyKind::word:
      return "word";
    case VocabularyKind::character:
      return "character";
  }
  return "?";
}

VocabularyKind vocabulary_kind(std::string_view name) {
  for (const VocabularyKind kind : {VocabularyKind::word, VocabularyKind::character}) {
    if (name == name_of(kind)) return kind;
  }
  throw Error(fmt::format("there is no vocabulary of kind \"{}\"; use \"word\" or \"character\"", name));
}

Vocabulary::Vocabulary(VocabularyKind kind) : kind_(kind) {
  for (const std::string_view name : special_names) add(std::string(name));
}

std::vector<std::string> Vocabulary::split(std::string_view text, VocabularyKind kind) {
  switch (kind) {
    case VocabularyKind::word:
      return split_words(text);
    case VocabularyKind::character:
      return split_characters(text);
  }
  return {};
}

std::string Vocabulary::joined(const std::vector<std::string>& pieces) const {
  switch (kind_) {
    case VocabularyKind::word:
      return join_words(pieces);
    case VocabularyKind::character:
      return join_characters(pieces);
  }
  return {};
}

Vocabulary Vocabulary::train(std::span<const std::string> texts, VocabularyKind kind, std::size_t max_size) {
  if (max_size <= special_entries) {
    throw Error(fmt::format("a vocabulary of {} entries has no room beside the {} special ones", max_size,
                            special_entries));
  }
  std::unordered_map<std::string, std::int64_t> counts;
  for (const std::string& text : texts) {
    for (std::string& piece : split(text, kind)) ++counts[std::move(piece)];
  }
  if (counts.empty()) throw Error("a vocabulary needs text to be trained on, but all texts are empty");

  std::vector<std::pair<std::string, std::int64_t>> order(counts.begin(), counts.end());
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  Vocabulary vocabulary(kind);
  for (auto& [piece, count] : order) {
    if (vocabulary.size() == max_size) break;
    vocabulary.add(std::move(piece));
  }
  return vocabulary;
}

bool Vocabulary::add(std::string entry) {
  const auto id = static_cast<std::int32_t>(entries_.size());
  if (!ids_.emplace(entry, id).second) return false;
  entries_.push_back(std::move(entry));
  return true;
}

const std::string& Vocabulary::entry(std::int32_t id) const {
  if (id < 0 || static_cast<std::size_t>(id) >= entries_.size()) {
    throw Error(fmt::format("id {} is outside a vocabulary of {} entries", id, entries_.size()));
  }
  return entries_[static_cast<std::size_t>(id)];
}

std::vector<std::int32_t> Vocabulary::encode(std::string_view text) const {
  std::vector<std::int32_t> ids;
  for (const std::string& piece : split(text, kind_)) {
    const auto found = ids_.find(piece);
    ids.push_back(found == ids_.end() ? unknown_id : found->second);
  }
  return ids;
}

std::string Vocabulary::decode(std::span<const std::int32_t> ids) const {
  std::vector<std::string> pieces;
  for (const std::int32_t id : ids) {
    if (id == end_id) break;
    if (id == pad_id || id == start_id) continue;
    const bool is_unknown_character = id == unknown_id && kind_ == VocabularyKind::character;
    pieces.push_back(is_unknown_character ? std::string(unknown_character) : entry(id));
  }
  return joined(pieces);
}

std::vector<std::string> Vocabulary::pieces(std::span<const std::int32_t> ids) const {
  std::vector<std::string> result;
  result.reserve(ids.size());
  for (const std::int32_t id : ids) result.push_back(entry(id));
  return result;
}

}  // namespace heed
