namespace FalcoStreamer.Enrichment;

/// <summary>The members that every object of the API has, as far as they matter for owners, revisions and UIDs.</summary>
internal sealed class ObjectJson
{
    public string? Kind { get; set; }

    public ObjectMetadataJson? Metadata { get; set; }

    /// <summary>Of a ReplicaSet: its pod template.</summary>
    public TemplateJson? Spec { get; set; }

    /// <summary>Of a ControllerRevision: the pod template of its owner at that time.</summary>
    public TemplateJson? Data { get; set; }
}

/// <summary>The metadata of any object; smaller than <see cref="MetadataJson"/>, because of other kinds nothing else is wanted.</summary>
internal sealed class ObjectMetadataJson
{
    public string? Name { get; set; }

    public string? Namespace { get; set; }

    public string? Uid { get; set; }

    public string? CreationTimestamp { get; set; }

    public List<OwnerReferenceJson>? OwnerReferences { get; set; }
}
