#include <utility>

#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/text/files.h>
#include <heed/models/text/piece_list.h>
#include <heed/models/text/sentencepiece_file.h>
#include <heed/models/text/sentencepiece_model.h>
#include <heed/models/text/vocabulary.h>

namespace heed {

namespace {

std::shared_ptr<const Segmentation> train_segmentation(std::span<const std::string> texts,
                                                       VocabularyKind kind, std::size_t max_size) {
  switch (kind) {
    case VocabularyKind::word:
    case VocabularyKind::character:
      return PieceList::train(texts, kind, max_size);
    case VocabularyKind::bpe:
    case VocabularyKind::unigram:
      return train_sentencepiece(texts, kind, max_size);
  }
  throw InternalError("a vocabulary of no kind");
}

}  // namespace

Vocabulary::Vocabulary(std::shared_ptr<const Segmentation> segmentation)
    : segmentation_(std::move(segmentation)) {}

Vocabulary Vocabulary::train(std::span<const std::string> texts, VocabularyKind kind, std::size_t max_size) {
  if (max_size <= special_entries) {
    throw Error(fmt::format("a vocabulary of {} entries has no room beside the {} special ones", max_size,
                            special_entries));
  }
  return Vocabulary(train_segmentation(texts, kind, max_size));
}

Vocabulary Vocabulary::load(const std::string& path) {
  std::string bytes = read_file(path);
  if (resembles_sentencepiece(bytes)) return Vocabulary(open_sentencepiece(std::move(bytes), path));
  return Vocabulary(PieceList::parse(bytes, path));
}

void Vocabulary::save(const std::string& path) const {
  FileWriter writer(path);
  writer.write(segmentation_->bytes());
  writer.commit();
}

std::size_t Vocabulary::size() const {
  return segmentation_->size();
}

VocabularyKind Vocabulary::kind() const {
  return segmentation_->kind();
}

bool operator==(const Vocabulary& a, const Vocabulary& b) {
  return a.segmentation_ == b.segmentation_ || a.segmentation_->bytes() == b.segmentation_->bytes();
}

void Vocabulary::check(std::int32_t id) const {
  if (id >= 0 && static_cast<std::size_t>(id) < size()) return;
  throw Error(fmt::format("id {} is outside a vocabulary of {} entries", id, size()));
}

std::vector<std::int32_t> Vocabulary::encode(std::string_view text) const {
  return segmentation_->split(text);
}

std::string Vocabulary::decode(std::span<const std::int32_t> ids) const {
  std::vector<std::int32_t> shown;
  for (const std::int32_t id : ids) {
    if (id == end_id) break;
    if (id == pad_id || id == start_id) continue;
    check(id);
    shown.push_back(id);
  }
  return segmentation_->join(shown);
}

std::vector<std::string> Vocabulary::pieces(std::span<const std::int32_t> ids) const {
  std::vector<std::string> result;
  result.reserve(ids.size());
  for (const std::int32_t id : ids) {
    check(id);
    result.push_back(segmentation_->piece(id));
  }
  return result;
}

}  // namespace heed
