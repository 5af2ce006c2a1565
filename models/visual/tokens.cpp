#include <algorithm>
#include <string_view>

#include <heed/models/text/words.h>
#include <heed/models/visual/tokens.h>

namespace heed {

namespace {

bool is_special(std::int32_t id) {
  return id == pad_id || id == start_id || id == end_id;
}

bool begins_with_space(std::string_view piece) {
  return piece.starts_with(space_mark) || piece.starts_with(' ');
}

void remove_all(std::string& text, std::string_view mark) {
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark))
    text.erase(at, mark.size());
}

// What is left of a word without marks; the word itself where that is nothing.
std::string shown(const std::string& word) {
  std::string text = word;
  for (const std::string_view mark : {space_mark, join_mark, std::string_view(" ")}) remove_all(text, mark);
  return text.empty() ? word : text;
}

}  // namespace

Tokens tokens_of(const Vocabulary& vocabulary, std::span<const std::int32_t> ids) {
  Tokens tokens{vocabulary.pieces(ids), {}, {}, {}};
  bool after_special = true;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const bool special = is_special(ids[i]);
    const bool begins = vocabulary.kind() == VocabularyKind::word || special || after_special ||
                        begins_with_space(tokens.pieces[i]);
    if (begins) {
      tokens.words.emplace_back();
      tokens.special_words.push_back(special);
    }
    tokens.words.back() += tokens.pieces[i];
    tokens.word_of.push_back(tokens.words.size() - 1);
    after_special = special;
  }
  std::ranges::transform(tokens.words, tokens.words.begin(), shown);
  return tokens;
}

}  // namespace heed
