#include <array>

#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/text/sentencepiece_model.h>
#include <heed/models/text/vocabulary_kind.h>

namespace heed {

std::string_view name_of(VocabularyKind kind) {
  switch (kind) {
    case VocabularyKind::word:
      return "word";
    case VocabularyKind::character:
      return "character";
    case VocabularyKind::bpe:
      return "bpe";
    case VocabularyKind::unigram:
      return "unigram";
  }
  return "?";
}

VocabularyKind vocabulary_kind(std::string_view name) {
  constexpr std::array kinds{VocabularyKind::word, VocabularyKind::character, VocabularyKind::bpe,
                             VocabularyKind::unigram};
  for (const VocabularyKind kind : kinds) {
    if (name == name_of(kind)) return kind;
  }
  throw Error(fmt::format(
      "there is no vocabulary of kind \"{}\"; use \"word\", \"character\", \"bpe\" or \"unigram\"", name));
}

bool is_available(VocabularyKind kind) {
  const bool is_subword = kind == VocabularyKind::bpe || kind == VocabularyKind::unigram;
  return !is_subword || has_sentencepiece();
}

}  // namespace heed
