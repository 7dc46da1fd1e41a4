"""Models of KerasHub, small but with every kind of block: how each is constructed.

A name is that of the family, with what is special about it behind a space.
"""


def resnet(block="bottleneck_block", **others):
    arguments = dict(
        input_conv_filters=[64], input_conv_kernel_sizes=[7], stackwise_num_filters=[64, 16, 8],
        stackwise_num_blocks=[2, 2, 1], stackwise_num_strides=[1, 2, 2], block_type=block, image_shape=(48, 64, 3))
    return "ResNet", {**arguments, **others}, {}


def resnet_vd(block):
    return resnet(block, input_conv_filters=[8, 8, 64], input_conv_kernel_sizes=[3, 3, 3])


def vgg(**head):
    arguments = dict(stackwise_num_repeats=[2, 1, 2], stackwise_num_filters=[8, 16, 24], image_shape=(64, 64, 3))
    return "VGG", arguments, dict(pooling_hidden_dim=32, **head)


def mobilenet(**others):
    arguments = dict(
        stackwise_expansion=[[16], [32, 24], [40, 20]], stackwise_num_blocks=[1, 2, 2],
        stackwise_num_filters=[[16], [24, 24], [32, 32]], stackwise_kernel_size=[[3], [3, 5], [5, 3]],
        stackwise_num_strides=[[2], [2, 1], [1, 1]], stackwise_se_ratio=[[None], [0.25, None], [0.25, 0.25]],
        stackwise_activation=[["relu"], ["relu", "hard_swish"], ["hard_swish", "hard_swish"]],
        stackwise_padding=[[1], [1, 2], [2, 1]], output_num_filters=64, depthwise_filters=16, depthwise_stride=2,
        depthwise_residual=False, last_layer_filter=48, squeeze_and_excite=0.5, image_shape=(64, 64, 3),
        input_num_filters=16)
    return "MobileNet", {**arguments, **others}, dict(num_features=40)


def cspnet(**others):
    arguments = dict(
        stem_filters=16, stem_kernel_size=3, stem_strides=1, stackwise_depth=[1, 2], stackwise_strides=[2, 2],
        stackwise_num_filters=[24, 32], block_type="dark_block", stage_type="csp", block_ratio=[0.5],
        image_shape=(64, 64, 3))
    return "CSPNet", {**arguments, **others}, {}


def efficientnet(*types, **others):
    arguments = dict(
        stackwise_width_coefficients=[1.0] * 3, stackwise_depth_coefficients=[1.0] * 3,
        stackwise_kernel_sizes=[3, 5, 3], stackwise_num_repeats=[2, 2, 1], stackwise_input_filters=[16, 16, 24],
        stackwise_output_filters=[16, 24, 32], stackwise_expansion_ratios=[1, 4, 6],
        stackwise_squeeze_and_excite_ratios=[0.25, 0.25, 0], stackwise_strides=[1, 2, 2],
        stackwise_block_types=list(types), stackwise_force_input_filters=[0] * 3, stackwise_nores_option=[False] * 3,
        input_shape=(64, 48, 3))
    return "EfficientNet", {**arguments, **others}, {}


def vit(head=None, **others):
    arguments = dict(image_shape=(32, 48, 3), patch_size=8, num_layers=3, num_heads=2, hidden_dim=16, mlp_dim=24)
    return "ViT", {**arguments, **others}, head or {}


def deit(**head):
    arguments = dict(
        image_shape=(32, 48, 3), patch_size=8, num_layers=3, num_heads=2, hidden_dim=16, intermediate_dim=24)
    return "DeiT", arguments, head


def mit():
    return "MiT", dict(
        layerwise_depths=[1, 2], num_layers=2, layerwise_num_heads=[1, 2], layerwise_sr_ratios=[4, 1],
        max_drop_path_rate=0.1, layerwise_patch_sizes=[7, 3], layerwise_strides=[4, 2], image_shape=(64, 64, 3),
        hidden_dims=[16, 32]), {}


def hgnetv2(head=None, **others):
    arguments = dict(
        depths=[1, 2], embedding_size=16, hidden_sizes=[24, 32], stem_channels=[3, 16, 16], hidden_act="relu",
        use_learnable_affine_block=True, stackwise_stage_filters=[[16, 8, 24, 1, 2, 3], [24, 12, 32, 2, 2, 5]],
        apply_downsample=[False, True], use_lightweight_conv_block=[False, True], image_shape=(64, 64, 3))
    return "HGNetV2", {**arguments, **others}, {"preprocessor": None, **(head or {})}


def swin(**others):
    arguments = dict(
        image_shape=(64, 64, 3), embed_dim=16, depths=[2, 2], num_heads=[2, 4], window_size=4, patch_size=4)
    return "SwinTransformer", {**arguments, **others}, {}


XCEPTION = dict(
    stackwise_conv_filters=[[8, 16], [24, 24], [32, 32], [32, 32, 32], [24, 40], [48, 56]],
    stackwise_pooling=[False, True, True, False, True, False], image_shape=(72, 64, 3))

# Each: the family, the arguments of its backbone, those of its classifier.
MODELS = {
    "ResNet": resnet(),
    "ResNet basic": resnet("basic_block"),
    "ResNet any size": resnet(image_shape=(None, None, 3)),
    "ResNetV2": resnet(use_pre_activation=True),
    "ResNetV2 basic": resnet("basic_block", use_pre_activation=True),
    "ResNet-vd": resnet_vd("bottleneck_block_vd"),
    "ResNet-vd basic": resnet_vd("basic_block_vd"),
    "VGG flattened": vgg(pooling="flatten"),
    "VGG max": vgg(pooling="max"),
    "DenseNet": ("DenseNet", dict(stackwise_num_repeats=[2, 3, 2], growth_rate=8, image_shape=(64, 48, 3)), {}),
    "Xception": ("Xception", XCEPTION, {}),
    "MobileNet": mobilenet(),
    "MobileNet residual": mobilenet(
        squeeze_and_excite=None, depthwise_residual=True, depthwise_stride=1, image_shape=(None, None, 3)),
    "CSPNet": cspnet(),
    "CSPNet darknet": cspnet(
        stage_type="dark", block_type="bottleneck_block", activation="silu", stem_filters=[16, 20], stem_strides=4,
        bottle_ratio=[0.5], block_ratio=[1.0]),
    "CSPNet cs3": cspnet(
        stage_type="cs3", block_type="edge_block", stem_filters=[8, 16], stem_strides=4, stem_pooling="max",
        avg_down=True, bottle_ratio=[0.5], activation="silu", stem_padding="same"),
    "CSPNet cross-linear": cspnet(
        block_type="bottleneck_block", cross_linear=True, down_growth=True, groups=4, bottle_ratio=[0.5],
        expand_ratio=[2.0], block_ratio=[1.0]),
    "EfficientNet": efficientnet("v1", "v1", "v1"),
    "EfficientNet lite": efficientnet(
        "v1", "v1", "v1", stackwise_squeeze_and_excite_ratios=[0] * 3, activation="relu6", input_shape=(None, None, 3)),
    "EfficientNetV2": efficientnet("fused", "unfused", "unfused"),
    "EfficientNet edge": efficientnet(
        "fused", "fused", "unfused", stackwise_force_input_filters=[24, 0, 0], activation="relu",
        projection_activation="relu"),
    "EfficientNetV2 cba": efficientnet(
        "cba", "fused", "unfused", use_depth_divisor_as_min_depth=True, cap_round_filter_decrease=True,
        stem_conv_padding="same", include_stem_padding=False, batch_norm_epsilon=1e-3,
        stackwise_width_coefficients=[1.3] * 3, stackwise_depth_coefficients=[1.2] * 3),
    "ViT": vit(),
    "ViT without token": vit(
        dict(pooling="gap", intermediate_dim=12), image_shape=(32, 32, 3), patch_size=(8, 16), num_heads=4,
        hidden_dim=32, use_class_token=False, use_patch_bias=False, use_mha_bias=False, use_mlp_bias=False,
        layer_norm_epsilon=1e-4),
    "DeiT": deit(),
    "DeiT averaged": deit(pooling="gap"),
    "MiT": mit(),
    "HGNetV2": hgnetv2(dict(head_filters=20)),
    "HGNetV2 plain": hgnetv2(
        dict(pooling="max"), use_learnable_affine_block=False, hidden_act="gelu",
        use_lightweight_conv_block=[True, False], out_features=["stage1", "stage2"]),
    "Swin": swin(),
    "Swin padded": swin(
        image_shape=(56, 48, 3), embed_dim=8, num_heads=[2, 4], patch_norm=False, qkv_bias=False),
}
