// Stands in for sentencepiece_model.cpp in a build without SentencePiece.
#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/text/sentencepiece_model.h>

namespace heed {

namespace {

constexpr std::string_view advice =
    "this build of heed has no SentencePiece; install it (libsentencepiece-dev) and build heed again";

}  // namespace

bool has_sentencepiece() {
  return false;
}

std::shared_ptr<const Segmentation> train_sentencepiece(std::span<const std::string>, VocabularyKind kind,
                                                        std::size_t) {
  throw Error(fmt::format("a {} vocabulary cannot be trained: {}", name_of(kind), advice));
}

std::shared_ptr<const Segmentation> open_sentencepiece(std::string, const std::string& path) {
  throw Error(fmt::format("{} is a SentencePiece model and cannot be read: {}", path, advice));
}

}  // namespace heed
