// ELEMENT: what the elements of moved tensors are, by their size alone.
#extension GL_EXT_shader_8bit_storage : require
#extension GL_EXT_shader_16bit_storage : require
