// Subwords by SentencePiece. In a build without the library these throw an Error that says what to install.
#pragma once

#include <memory>

#include <heed/models/text/segmentation.h>

namespace heed {

bool has_sentencepiece();

// The kind is bpe or unigram. Throws Error when all texts are empty, and when their characters are more
// than `max_size` has room for.
std::shared_ptr<const Segmentation> train_sentencepiece(std::span<const std::string> texts,
                                                        VocabularyKind kind, std::size_t max_size);

// The model of a .model file with these bytes. Throws Error, naming the path, for bytes that are none.
std::shared_ptr<const Segmentation> open_sentencepiece(std::string bytes, const std::string& path);

}  // namespace heed
