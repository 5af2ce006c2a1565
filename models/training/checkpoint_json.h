// A checkpoint's description as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <heed/models/training/checkpoint.h>

namespace heed {

nlohmann::json to_json(const CheckpointInfo& info);

// Throws nlohmann::json::exception for a field that is missing or of another type, Error for a value that
// makes no sense.
CheckpointInfo checkpoint_info(const nlohmann::json& root);

}  // namespace heed
