// The bytes of a SentencePiece model, looked through before the library reads them: it trusts what it is
// given, and a damaged file may take the program down. Needs no library.
//
// The format is protocol buffers' wire format; the fields are those of sentencepiece_model.proto.
#pragma once

#include <string>
#include <string_view>

#include <heed/models/text/vocabulary_kind.h>

namespace heed {

// Whether the bytes begin as a SentencePiece model does, which no text does.
bool resembles_sentencepiece(std::string_view bytes);

// The kind of a model that is whole, sound, and numbers the special entries as heed does. Throws Error,
// naming the path, for any other.
VocabularyKind check_sentencepiece(std::string_view bytes, const std::string& path);

}  // namespace heed
