#include <algorithm>
#include <array>
#include <utility>

#include <heed/graph/error.h>
#include <heed/models/text/piece_list.h>
#include <heed/models/text/utf8.h>
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

std::vector<std::string> split_pieces(std::string_view text, VocabularyKind kind) {
  return kind == VocabularyKind::word ? split_words(text) : split_characters(text);
}

}  // namespace

PieceList::PieceList(VocabularyKind kind) : kind_(kind) {
  for (const std::string_view name : special_names) add(std::string(name));
}

bool PieceList::add(std::string entry) {
  const auto id = static_cast<std::int32_t>(entries_.size());
  if (!ids_.emplace(entry, id).second) return false;
  entries_.push_back(std::move(entry));
  return true;
}

std::shared_ptr<const PieceList> PieceList::train(std::span<const std::string> texts, VocabularyKind kind,
                                                  std::size_t max_size) {
  std::unordered_map<std::string, std::int64_t> counts;
  for (const std::string& text : texts) {
    for (std::string& piece : split_pieces(text, kind)) ++counts[std::move(piece)];
  }
  if (counts.empty()) throw Error("a vocabulary needs text to be trained on, but all texts are empty");

  std::vector<std::pair<std::string, std::int64_t>> order(counts.begin(), counts.end());
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  PieceList list(kind);
  for (auto& [piece, count] : order) {
    if (list.size() == max_size) break;
    list.add(std::move(piece));
  }
  return std::make_shared<const PieceList>(std::move(list));
}

std::vector<std::int32_t> PieceList::split(std::string_view text) const {
  std::vector<std::int32_t> ids;
  for (const std::string& piece : split_pieces(text, kind_)) {
    const auto found = ids_.find(piece);
    ids.push_back(found == ids_.end() ? unknown_id : found->second);
  }
  return ids;
}

std::string PieceList::join(std::span<const std::int32_t> ids) const {
  std::vector<std::string> pieces;
  pieces.reserve(ids.size());
  for (const std::int32_t id : ids) {
    const bool is_unknown_character = id == unknown_id && kind_ == VocabularyKind::character;
    pieces.push_back(is_unknown_character ? std::string(unknown_character) : piece(id));
  }
  return kind_ == VocabularyKind::word ? join_words(pieces) : join_characters(pieces);
}

}  // namespace heed
